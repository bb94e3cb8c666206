import pg from 'pg';
import type { Binding } from '../../../components/kit/binding.ts';
import { secretsNamespace } from '../../../components/secrets/shared/names.ts';
import type { ServerNode } from '../../../components/secrets/shared/program/server.ts';
import { apply } from '../../../lab/control-plane/test-support/labs.ts';
import { type PostgresServer, startPostgres } from '../../../toolkit/local-servers/index.ts';
import { serveTls } from '../postgres-tls.ts';
import { testAuthority } from '../test-authority.ts';
import { type SecretsWorld, startSecretsWorld } from './world.ts';

/** Three services: one that wants everything, one beside it, and one of the same name elsewhere. */
export const services = {
  orders: {
    name: 'orders',
    namespace: 'commerce',
    serviceAccount: 'orders',
    secrets: [
      { name: 'session', keys: ['key'], generated: true, rotation: '720h', mountPath: '/run/session' },
      { name: 'partner', keys: ['token'], mountPath: '/run/partner' },
    ],
    transitKeys: ['addresses'],
    databases: [{ database: 'orders', access: 'write' }],
    certificates: true,
  },
  reports: {
    name: 'reports',
    namespace: 'commerce',
    serviceAccount: 'reports',
    secrets: [{ name: 'session', keys: ['key'], generated: true, mountPath: '/run/session' }],
    transitKeys: ['addresses'],
    databases: [{ database: 'orders', access: 'read' }],
    certificates: true,
  },
  namesake: {
    name: 'orders',
    namespace: 'accounting',
    serviceAccount: 'orders',
    secrets: [{ name: 'session', keys: ['key'], generated: true, mountPath: '/run/session' }],
    transitKeys: ['addresses'],
    certificates: true,
  },
} as const;

/** Names that the services have in the server, and one that nobody has. */
export const names = [
  ...['commerce/orders', 'commerce/reports', 'accounting/orders'].flatMap((service) => [
    `services/${service}/session`,
    `services/${service}/partner`,
  ]),
  ...['commerce.orders', 'commerce.reports', 'accounting.orders'].map((service) => `${service}.addresses`),
  ...['orders.commerce', 'reports.commerce', 'orders.accounting'].flatMap((name) => [name, `${name}.orders`]),
  ...['platform/registry', 'configurator', 'platform', 'snapshots', 'orders', 'x'],
];

/** Name of one of the services. */
export type ServiceName = keyof typeof services;

/** A world with a database and the services, of which the server has not been told yet. */
export interface ServedWorld extends SecretsWorld {
  database: Database;
  bindings: Record<ServiceName, Omit<Binding, 'grantedBy'>>;
  /** Puts a password beside the program, as External Secrets does. @default the right one */
  bringCredentials(password?: string): Promise<void>;
  /** Logs a service in as its binding tells it to. */
  login(service: ServiceName): Promise<ServerNode>;
}

/** Starts it, with users of the database that live two hours and at most a day, and whatever else the settings say. */
export async function startServedWorld(settings: Record<string, unknown> = {}): Promise<ServedWorld> {
  const database = await startDatabase();
  const world = await startSecretsWorld({
    databases: [database.settings],
    databaseUsers: { lifetime: '2h', longest: '24h' },
    ...settings,
  });
  const bindings = {
    orders: await world.bind(services.orders),
    reports: await world.bind(services.reports),
    namesake: await world.bind(services.namesake),
  };
  return {
    ...world,
    database,
    bindings,
    async bringCredentials(password = database.credentials.password) {
      await apply(world.kubernetes, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'database-orders', namespace: secretsNamespace },
        stringData: { username: database.credentials.username, password, 'ca.crt': database.authority },
      });
    },
    async login(service) {
      const { environment, tokens } = bindings[service];
      const { namespace, serviceAccount } = services[service];
      const jwt = await world.tokenOf(namespace, serviceAccount, { audience: tokens?.[0]?.audience ?? '' });
      const path = String(environment.SECRETS_LOGIN_PATH);
      const mount = path.replace(/^auth\//, '').replace(/\/login$/, '');
      return await world.as().login(mount, String(environment.SECRETS_LOGIN_ROLE), jwt);
    },
    async stop() {
      await world.stop();
      await database.server.stop();
    },
  };
}

/** A real PostgreSQL, and how it is reached. */
export interface Database {
  server: PostgresServer;
  /** Logs in with TLS. @default database the one of the services */
  connect(user: string, password: string, database?: string): Promise<pg.Client>;
  asSuperuser(statement: string, database?: string): Promise<Record<string, unknown>[]>;
  /** Of the role by which users are made. */
  credentials: { username: string; password: string };
  /** Certificate of its authority. */
  authority: string;
  /** Its entry in the settings. */
  settings: Record<string, unknown>;
}

/** A database with TLS, a table, and a role that may do no more than the settings ask for. */
async function startDatabase(): Promise<Database> {
  const server = await startPostgres();
  const { port, password } = new URL(server.url);
  const authority = await testAuthority('database');
  const own = await authority.issue({ dnsNames: ['localhost'] });
  await serveTls(server, { own, authority, rules: ['hostssl all all 127.0.0.1/32 scram-sha-256'] });
  const connect = async (user: string, secret: string, database = 'orders') => {
    const ssl = { ca: authority.certificate, servername: 'localhost' };
    const client = new pg.Client({
      host: '127.0.0.1',
      port: Number(port),
      user,
      password: secret,
      database,
      ssl,
    });
    // A session that the server ends is no error of the test's.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const asSuperuser = async (statement: string, database?: string) => {
    const client = await connect('postgres', password, database);
    try {
      return (await client.query(statement)).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  };
  await asSuperuser('CREATE DATABASE orders', 'postgres');
  const credentials = { username: 'secrets', password: 'the password of secrets' };
  for (const statement of [
    'CREATE ROLE owner NOLOGIN',
    `CREATE ROLE ${credentials.username} LOGIN CREATEROLE IN ROLE owner, pg_signal_backend PASSWORD '${credentials.password}'`,
    'ALTER SCHEMA public OWNER TO owner',
    // As it is from PostgreSQL 15 on.
    'REVOKE CREATE ON SCHEMA public FROM PUBLIC',
    'CREATE SCHEMA hidden',
    'CREATE TABLE hidden.ledger (entry text)',
    'CREATE TABLE item (id serial, name text)',
    'ALTER TABLE item OWNER TO owner',
    "INSERT INTO item (name) VALUES ('first')",
  ]) {
    await asSuperuser(statement);
  }
  return {
    server,
    connect,
    asSuperuser,
    credentials,
    authority: authority.certificate,
    settings: {
      name: 'orders',
      host: 'localhost',
      port: Number(port),
      database: 'orders',
      namespace: 'ninefold-database',
      podLabels: { app: 'orders' },
      credentials: 'orders-superuser',
      authority: { secretName: 'orders-ca' },
    },
  };
}
