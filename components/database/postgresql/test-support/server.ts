import pg from 'pg';
import { serveTls } from '../../../../tests/support/postgres-tls.ts';
import { recordBinding } from '../../../../tests/support/recorded-binding.ts';
import {
  type IssuedCertificate,
  type TestAuthority,
  testAuthority,
} from '../../../../tests/support/test-authority.ts';
import { type PostgresServer, startPostgres } from '../../../../toolkit/local-servers/index.ts';
import { hostRules, identityRules, initialStatements } from '../access.ts';
import { instanceSize } from '../cluster.ts';
import { planParameters } from '../parameters.ts';
import type { PostgresqlSettings } from '../settings.ts';
import { statementsOf } from './applied.ts';

/** How somebody comes to the server. */
export interface Login {
  user: string;
  database: string;
  /** What is shown. Left out: nothing. */
  certificate?: IssuedCertificate;
  /** @default true */
  tls?: boolean;
}

/** A real server with what the settings render, and clients as bindings make them. */
export interface JudgedServer {
  server: PostgresServer;
  authority: TestAuthority;
  /** Version of the server, such as 15. */
  version: number;
  port: number;
  /** Runs one statement as the superuser. */
  asSuperuser(statement: string, database?: string): Promise<pg.QueryResult>;
  /** Logs in and runs one statement. */
  as(login: Login, statement: string): Promise<pg.QueryResult>;
  /** Grants a client what its binding holds. */
  bind(need: unknown): Promise<void>;
  stop(): Promise<void>;
}

const host = 'postgresql-rw.ninefold-database.svc';

/** Starts PostgreSQL with the parameters, the lines of pg_hba.conf and of pg_ident.conf that the settings render. */
export async function judgedServer(settings: PostgresqlSettings): Promise<JudgedServer> {
  const parameters = planParameters(instanceSize(settings), settings.slowQuery);
  const preloaded = { shared_preload_libraries: 'pg_stat_statements' };
  const server = await startPostgres({ parameters: { ...parameters, ...preloaded } });
  const { password, port } = new URL(server.url);
  const authority = await testAuthority('database');

  const connect = async (options: pg.ClientConfig, statement: string) => {
    const client = new pg.Client({ host: '127.0.0.1', port: Number(port), ...options });
    // A server that refuses somebody closes the connection as well, which is no error of its own.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await client.query(statement);
    } finally {
      await client.end();
    }
  };
  const asSuperuser = (statement: string, database = 'postgres') =>
    connect({ user: 'postgres', password, database }, statement);

  for (const statement of initialStatements) await asSuperuser(statement);
  await configure(server, authority, settings);
  const { rows } = await asSuperuser('SHOW server_version_num');
  return {
    server,
    authority,
    version: Math.floor(Number(rows[0].server_version_num) / 10_000),
    port: Number(port),
    asSuperuser,
    as: ({ user, database, certificate, tls = true }, statement) => {
      const ssl = {
        ca: authority.certificate,
        servername: host,
        ...(certificate ? { cert: certificate.certificate, key: certificate.key } : {}),
      };
      return connect({ user, database, ...(tls ? { ssl } : {}) }, statement);
    },
    async bind(need) {
      const { objects } = await recordBinding({ profile: 'small' }, 'database', need);
      for (const { statement, database } of statementsOf(objects)) await asSuperuser(statement, database);
    },
    stop: () => server.stop(),
  };
}

/** Writes certificates and lines, with those of the operator before ours and its last one behind them. */
async function configure(server: PostgresServer, authority: TestAuthority, settings: PostgresqlSettings) {
  const pooled = settings.pooler.replicas > 0;
  const rules = [
    // Where the operator’s own lines are: local connections of the superuser.
    'host all postgres 127.0.0.1/32 scram-sha-256',
    ...hostRules(pooled),
    'host all all all scram-sha-256',
  ];
  const own = await authority.issue({ dnsNames: [host] });
  await serveTls(server, { own, authority, rules, identities: identityRules(pooled) });
}
