import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { run, type Tell } from './commands.ts';
import { freePort } from './free-port.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { type RestartableServer, ServerProcess } from './server-process.ts';

/** A PostgreSQL server of one's own. */
export interface PostgresServer extends RestartableServer {
  /** Connection string of the superuser, with its password, on 127.0.0.1. */
  readonly url: string;
  /** The process id of the postmaster while it runs. */
  readonly pid: number | undefined;
  /** Holds its data and its log, `server.log`. */
  readonly directory: string;
  /**
   * Makes an empty database and gives its connection string.
   *
   * @param name Lower-case letters, digits and underscores. @default `test_1`, `test_2`, …
   */
  createDatabase(name?: string): Promise<string>;
}

/** Fast and forgetful: a killed server keeps its data (the system holds it), a machine that loses power does not. */
const FORGETFUL = ['fsync=off', 'full_page_writes=off'];

const SETTINGS = [
  // The pools of tests that are over keep their connections for a while.
  'max_connections=300',
  'shared_buffers=64MB',
  'max_wal_size=256MB',
  'logging_collector=off',
  'log_min_messages=warning',
  'unix_socket_directories=',
  'listen_addresses=127.0.0.1',
];

const RESTART_ATTEMPTS = 50;

/** How {@link startPostgres} starts it. */
export interface PostgresServerOptions {
  /** Whether a commit waits for the disk, as in production: for benchmarks. @default false */
  readonly durable?: boolean;
  /** Parameters of the server, which win over those that make it small and fast. @default none */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Told what takes its time. @default nobody is told */
  readonly tell?: Tell;
}

/**
 * Starts an empty PostgreSQL on a free port of the loopback interface. It needs no other user's help: started by
 * root, it runs as `postgres` or `nobody`, since PostgreSQL refuses root.
 *
 * @example
 * const postgres = await startPostgres();
 * const pool = new pg.Pool({ connectionString: postgres.url });
 */
export async function startPostgres(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const given = Object.entries(options.parameters ?? {}).map(([name, value]) => `${name}=${value}`);
  const settings = [...SETTINGS, ...(options.durable ? [] : FORGETFUL), ...given];
  const binaries = await postgresBinaries(options.tell);
  const user = process.getuid?.() === 0 ? await ordinaryUser() : undefined;
  const directory = mkdtempSync(join(tmpdir(), 'ninefold-postgres-'));
  const data = join(directory, 'data');
  const password = randomBytes(16).toString('hex');
  const passwordFile = join(directory, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  mkdirSync(data, { mode: 0o700 });
  if (user !== undefined) {
    for (const path of [directory, data, passwordFile]) chownSync(path, user.uid, user.gid);
  }
  await run(
    join(binaries, 'initdb'),
    [
      ...['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`],
      ...['-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'],
    ],
    { cwd: directory, ...user },
  ).catch((error: unknown) => {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  });

  const port = await freePort();
  const server = await ServerProcess.start({
    name: 'PostgreSQL',
    command: join(binaries, 'postgres'),
    arguments: ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    directory,
    ...(user && { user }),
    // What pg_ctl looks at: whose file it is (a killed one leaves it) and, in the eighth line, what it is doing.
    ready(_, pid) {
      const lines = readOrEmpty(join(data, 'postmaster.pid')).split('\n');
      return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
    },
    stopSignal: 'SIGINT',
    // The postmaster ends its children and frees its shared memory.
    orphanSignal: 'SIGQUIT',
  });
  const connection = (database: string) => `postgresql://postgres:${password}@127.0.0.1:${port}/${database}`;
  let databases = 0;
  return {
    url: connection('postgres'),
    directory,
    get pid() {
      return server.pid;
    },
    stop: () => server.stop(),
    kill: () => server.kill(),
    async restart() {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await server.restart();
        } catch (error) {
          // After a kill its orphaned children need a moment to notice and let go of the shared memory.
          if (attempt === RESTART_ATTEMPTS || !/shared memory block/.test(String(error))) throw error;
          await sleep(100);
        }
      }
    },
    async createDatabase(name = `test_${(databases += 1)}`) {
      if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) throw new TypeError(`${name} is no name for a database`);
      const client = new pg.Client({ connectionString: connection('postgres') });
      await client.connect();
      try {
        await client.query(`create database ${name}`);
      } finally {
        await client.end();
      }
      return connection(name);
    },
  };
}

async function ordinaryUser(): Promise<{ uid: number; gid: number }> {
  for (const name of ['postgres', 'nobody']) {
    try {
      const ids = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
      const [uid, gid] = ids.map(({ stdout }) => Number(stdout));
      if (uid !== undefined && gid !== undefined) return { uid, gid };
    } catch {
      // There is no such user here.
    }
  }
  throw new Error(
    'PostgreSQL refuses to run as root, and there is neither a user postgres nor a user nobody',
  );
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
