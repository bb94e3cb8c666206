import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { canInstallPackages, findOnPath, installPackages, isExecutable, type Tell } from './commands.ts';

/** Where Debian, Fedora, Homebrew and Postgres.app put the versions they hold side by side. */
const VERSIONED = [
  { root: '/usr/lib/postgresql', bin: 'bin' },
  { root: '/opt/homebrew/opt', bin: 'bin', prefix: 'postgresql@' },
  { root: '/usr/local/opt', bin: 'bin', prefix: 'postgresql@' },
  { root: '/Applications/Postgres.app/Contents/Versions', bin: 'bin' },
];

/** Debian's package would start a server of its own. */
const CLUSTER_SETTINGS = '/etc/postgresql-common/createcluster.conf';

/**
 * The directory with `initdb` and `postgres`: `POSTGRES_BIN`, else on `PATH`, else where the usual packages put it
 * (the newest), else installed by apt where we may.
 *
 * @param tell Told before something is installed. @default nobody is told
 * @throws an Error that says what to install.
 */
export async function postgresBinaries(tell?: Tell): Promise<string> {
  const found = find();
  if (found !== undefined) return found;
  if (canInstallPackages()) {
    tell?.('installing PostgreSQL (apt: postgresql)');
    if (!existsSync(CLUSTER_SETTINGS)) {
      await installPackages('postgresql-common');
      writeFileSync(CLUSTER_SETTINGS, 'create_main_cluster = false\n');
    }
    await installPackages('postgresql');
    const installed = find();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    'A PostgreSQL server of version 14 or later is needed, and there is none. Install it (Debian, Ubuntu: apt-get ' +
      'install postgresql; Fedora: dnf install postgresql-server; macOS: brew install postgresql@17), or set POSTGRES_BIN ' +
      'to the directory that holds initdb and postgres.',
  );
}

function find(): string | undefined {
  const onPath = findOnPath('initdb');
  const candidates = [process.env.POSTGRES_BIN, onPath && dirname(onPath), ...versioned(), '/usr/pgsql/bin'];
  return candidates.find(
    (directory) =>
      directory && isExecutable(join(directory, 'initdb')) && isExecutable(join(directory, 'postgres')),
  );
}

function versioned(): string[] {
  return VERSIONED.flatMap(({ root, bin, prefix = '' }) => {
    if (!existsSync(root)) return [];
    const version = (name: string) => Number.parseFloat(name.slice(prefix.length));
    return readdirSync(root)
      .filter((name) => name.startsWith(prefix) && version(name) >= 14)
      .sort((left, right) => version(right) - version(left))
      .map((name) => join(root, name, bin));
  });
}
