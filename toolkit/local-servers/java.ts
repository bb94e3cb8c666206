import { join } from 'node:path';
import { canInstallPackages, findOnPath, installPackages, isExecutable, run, type Tell } from './commands.ts';

/** What Kafka 4's broker needs. */
const OLDEST = 17;

/**
 * The `java` to run servers with: of `JAVA_HOME`, else on `PATH`, else installed by apt where we may.
 *
 * @param tell Told before something is installed. @default nobody is told
 * @throws an Error that says what to install.
 */
export async function findJava(tell?: Tell): Promise<string> {
  const found = await find();
  if (found !== undefined) return found;
  if (canInstallPackages()) {
    tell?.('installing Java (apt: default-jre-headless)');
    await installPackages('default-jre-headless');
    const installed = await find();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    `Kafka needs Java ${OLDEST} or later, and there is none. Install it (Debian, Ubuntu: apt-get ` +
      'install default-jre-headless; Fedora: dnf install java-latest-openjdk-headless; macOS: brew install ' +
      'openjdk), or set JAVA_HOME.',
  );
}

async function find(): Promise<string | undefined> {
  const home = process.env.JAVA_HOME;
  for (const candidate of [home && join(home, 'bin', 'java'), findOnPath('java')]) {
    if (!candidate || !isExecutable(candidate)) continue;
    const { stderr } = await run(candidate, ['-version']).catch(() => ({ stderr: '' }));
    if (Number(/version "(\d+)/.exec(stderr)?.[1]) >= OLDEST) return candidate;
  }
  return undefined;
}
