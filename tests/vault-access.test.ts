import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { accounts, roles, secretsNamespace } from '../components/secrets/shared/names.ts';
import type { ServerNode } from '../components/secrets/shared/program/server.ts';
import { takeScript } from '../components/secrets/shared/snapshots.ts';
import { vaultProduct } from '../components/secrets/vault/index.ts';
import { until } from '../lab/control-plane/test-support/labs.ts';
import { forge, refusal } from './support/vault/attempts.ts';
import { allowedPaths, servedPaths } from './support/vault/served-paths.ts';
import { vault } from './support/vault/server.ts';
import { names, type ServedWorld, startServedWorld } from './support/vault/services.ts';

/** What everybody may do with a token of their own. */
const ownToken = {
  'auth/token/lookup-self': ['read'],
  'auth/token/renew-self': ['update'],
  'auth/token/revoke-self': ['update'],
};

type Answer = { data: Record<string, string> };
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a real Vault', { skip: 'problem' in vault ? vault.problem : false }, () => {
  let world: ServedWorld;
  let root: ServerNode;
  let orders: ServerNode;
  /** What must stand nowhere in the record of requests. */
  const hidden: string[] = [];

  before(async () => {
    world = await startServedWorld();
    await world.bringCredentials();
    const { code, output } = await world.run();
    assert.equal(code, 0, output);
    root = await world.makeRoot();
    orders = await world.login('orders');
    hidden.push(root.token ?? '', orders.token ?? '', world.database.credentials.password);
  });
  after(() => world?.stop());

  const ordersVariable = (name: string) => String(world.bindings.orders.environment[name]);

  test('lets in whom a role is for, and nobody else', async () => {
    const enter = async (role: string, jwt: string) => refusal(world.as().login('kubernetes', role, jwt));
    const own = await world.tokenOf('commerce', 'orders');
    assert.equal(await enter('orders.commerce', own), 0);
    const now = Math.floor(Date.now() / 1000);
    assert.equal(await enter('orders.commerce', forge(world.tokenKey, own, { jti: randomUUID() })), 0);

    const others: Record<string, [role: string, jwt: string]> = {
      'the service beside it': ['reports.commerce', own],
      'the one of the same name elsewhere': ['orders.accounting', own],
      'the program that configures': [roles.configurator, own],
      'the platform': [roles.platform, own],
      'who takes snapshots': [roles.snapshots, own],
      nobody: ['nobody', own],
      'with another account': ['orders.commerce', await world.tokenOf('commerce', 'default')],
      'with the same account elsewhere': ['orders.commerce', await world.tokenOf('accounting', 'orders')],
      'with a token for the API server': [
        'orders.commerce',
        await world.tokenOf('commerce', 'orders', { audience: '' }),
      ],
      'with a token for somebody else': [
        'orders.commerce',
        await world.tokenOf('commerce', 'orders', { audience: 'elsewhere' }),
      ],
      'with a token that has ended': [
        'orders.commerce',
        forge(world.tokenKey, own, { iat: now - 900, nbf: now - 900, exp: now - 300 }),
      ],
      'with a token that is signed by another key': ['orders.commerce', `${own.slice(0, -8)}AAAAAAAA`],
      'as the configurator, from elsewhere': [
        roles.configurator,
        await world.tokenOf('commerce', accounts.configurator),
      ],
      'as the platform, by the account of snapshots': [
        roles.platform,
        await world.tokenOf(secretsNamespace, accounts.snapshots),
      ],
    };
    const open = [];
    for (const [who, [role, jwt]] of Object.entries(others)) {
      if (![400, 403].includes(await enter(role, jwt))) open.push(who);
    }
    assert.deepEqual(open, []);
  });

  test('allows each exactly what is its own, of all that it serves', async () => {
    const paths = await servedPaths(root, names);
    assert.ok(paths.length > 2000, `${paths.length} paths`);
    const kept = ['partner', 'session'].map((name) => [`kv/data/services/commerce/orders/${name}`, ['read']]);
    assert.deepEqual(await allowedPaths(root, orders.token ?? '', paths), {
      ...ownToken,
      'database/creds/orders.commerce.orders': ['read'],
      ...Object.fromEntries(kept),
      'pki/issue/orders.commerce': ['update'],
      'sys/leases/renew': ['update'],
      'sys/leases/revoke': ['update'],
      'transit/decrypt/commerce.orders.addresses': ['update'],
      'transit/encrypt/commerce.orders.addresses': ['update'],
      'transit/rewrap/commerce.orders.addresses': ['update'],
    });
    const platform = { 'kv/data/platform/registry': ['read'] };
    for (const [role, account, allowed] of [
      [roles.platform, accounts.platform, platform],
      [roles.snapshots, accounts.snapshots, { 'sys/storage/raft/snapshot': ['read'] }],
    ] as const) {
      const session = await world
        .as()
        .login('kubernetes', role, await world.tokenOf(secretsNamespace, account));
      assert.deepEqual(await allowedPaths(root, session.token ?? '', paths), allowed);
    }
  });

  test('refuses what it says that it refuses', async () => {
    const key = 'commerce.orders.addresses';
    const requests: readonly [method: string, path: string, body?: Record<string, string>][] = [
      ['GET', 'kv/data/services/commerce/reports/session'],
      ['POST', 'kv/data/services/commerce/orders/session', { key: 'x' }],
      ['GET', `transit/export/encryption-key/${key}`],
      ['DELETE', `transit/keys/${key}`],
      ['POST', 'transit/encrypt/commerce.reports.addresses', { plaintext: base64('x') }],
      ['POST', 'pki/root/sign-intermediate', { csr: 'x' }],
      ['GET', 'database/creds/reports.commerce.orders'],
      ['POST', 'auth/token/create'],
      ['GET', 'sys/storage/raft/snapshot'],
    ];
    for (const [method, path, body] of requests) {
      assert.equal(await refusal(orders.ask(method, path, body ?? {})), 403, `${method} ${path}`);
    }
    assert.equal(await refusal(world.as().ask('GET', 'pki/acme/directory')), 404);
  });

  test('gives a service what is kept for it', async () => {
    const path = 'kv/data/services/commerce/orders';
    const { data: made } = (await orders.read(`${path}/session`)) as unknown as { data: { key: string } };
    assert.match(made.key, /^[-\w]{32}$/);
    assert.equal(await orders.read(`${path}/partner`), undefined);
    const written = 'what people wrote for orders';
    await root.ask('POST', `${path}/partner`, { data: { token: written } });
    const { data: read } = (await orders.read(`${path}/partner`)) as unknown as { data: { token: string } };
    assert.equal(read.token, written);
    hidden.push(made.key, written);
  });

  test('encrypts and decrypts, with a key that it renews', async () => {
    const key = ordersVariable('SECRETS_KEY_ADDRESSES').replace('/keys/', '/encrypt/');
    const plaintext = base64('a street and a number');
    const { data: old } = (await orders.ask('POST', key, { plaintext })) as Answer;
    await root.ask('POST', `${ordersVariable('SECRETS_KEY_ADDRESSES')}/rotate`, {});
    const ciphertext = old.ciphertext ?? '';
    const again = (await orders.ask('POST', key.replace('encrypt', 'rewrap'), { ciphertext })) as Answer;
    assert.match(again.data.ciphertext ?? '', /^vault:v2:/);
    for (const text of [ciphertext, again.data.ciphertext ?? '']) {
      const opened = await orders.ask('POST', key.replace('encrypt', 'decrypt'), { ciphertext: text });
      assert.equal((opened as Answer).data.plaintext, plaintext);
    }
    hidden.push(plaintext);
  });

  test('makes certificates for the names of the service, and for no others', async () => {
    const path = ordersVariable('SECRETS_CERTIFICATES');
    const host = 'orders.commerce.svc';
    const issue = (body: Record<string, string>) => orders.ask('POST', path, body);
    const { data } = (await issue({ common_name: host, alt_names: `${host}.cluster.local` })) as Answer;
    const certificate = new X509Certificate(data.certificate ?? '');
    assert.equal(certificate.subjectAltName, `DNS:${host}, DNS:${host}.cluster.local`);
    assert.ok(certificate.verify(new X509Certificate(data.issuing_ca ?? '').publicKey));
    // For thirty days at the longest, however it is asked for.
    const long = (await issue({ common_name: host, ttl: '8760h' })) as Answer;
    const end = Date.parse(new X509Certificate(long.data.certificate ?? '').validTo);
    assert.ok(end < Date.now() + 31 * 86_400_000);
    const byDate = new Date(Date.now() + 365 * 86_400_000).toISOString();
    assert.equal(await refusal(issue({ common_name: host, not_after: byDate })), 403);
    hidden.push((data.private_key ?? '').split('\n')[1] ?? '');
    const wrong: readonly Record<string, string>[] = [
      { common_name: 'reports.commerce.svc' },
      { common_name: `a.${host}` },
      { common_name: `*.${host}` },
      { common_name: 'localhost' },
      { common_name: host, alt_names: 'kubernetes.default.svc' },
      { common_name: host, ip_sans: '127.0.0.1' },
      { common_name: host, uri_sans: 'spiffe://cluster.local/ns/commerce/sa/reports' },
      { common_name: host, other_sans: '1.3.6.1.4.1.311.20.2.3;utf8:admin' },
    ];
    for (const body of wrong) {
      assert.equal(await refusal(issue(body)), 400, JSON.stringify(body));
    }
  });

  test('makes users of a database that may do what was asked for, and takes them away', async () => {
    const { database } = world;
    const take = async (session: ServerNode, path: string) => {
      const answer = (await session.ask('GET', path)) as Answer & {
        lease_id: string;
        lease_duration: number;
      };
      hidden.push(answer.data.password ?? '');
      return { user: answer.data.username ?? '', password: answer.data.password ?? '', ...answer };
    };
    const isThere = async (user: string) =>
      (await database.asSuperuser(`SELECT 1 FROM pg_roles WHERE rolname = '${user}'`)).length > 0;
    const refused = (client: { query(text: string): Promise<unknown> }, statement: string) =>
      assert.rejects(client.query(statement), { code: '42501' }, statement);

    const reports = await world.login('reports');
    const reader = await take(reports, 'database/creds/reports.commerce.orders');
    const reading = await database.connect(reader.user, reader.password);
    assert.deepEqual((await reading.query('SELECT name FROM item')).rows, [{ name: 'first' }]);
    for (const statement of [
      "INSERT INTO item (name) VALUES ('x')",
      'DELETE FROM item',
      "SELECT nextval('item_id_seq')",
    ]) {
      await refused(reading, statement);
    }

    const writer = await take(orders, ordersVariable('SECRETS_DATABASE_ORDERS'));
    const writing = await database.connect(writer.user, writer.password);
    await writing.query("INSERT INTO item (name) VALUES ('second')");
    await writing.query("UPDATE item SET name = 'third' WHERE name = 'second'");
    await writing.query("DELETE FROM item WHERE name = 'third'");
    for (const statement of [
      ...['DROP TABLE item', 'TRUNCATE item', 'CREATE TABLE other (id int)', 'SELECT * FROM hidden.ledger'],
      ...['CREATE ROLE other', 'SELECT * FROM pg_authid', `SET ROLE owner`, 'ALTER TABLE item ADD x int'],
    ]) {
      await refused(writing, statement);
    }

    // Kept alive, beyond what its password was first good for.
    const valid = `SELECT rolvaliduntil AS until FROM pg_roles WHERE rolname = '${writer.user}'`;
    const [first] = await database.asSuperuser(valid);
    const renewal = { lease_id: writer.lease_id, increment: 3 * 3600 };
    await orders.ask('POST', 'sys/leases/renew', renewal);
    const [later] = await database.asSuperuser(valid);
    assert.ok(Number(later?.until) - Number(first?.until) > 1800_000, 'it was renewed');

    // Given up, with a session that is open and holds something of its own.
    await writing.query('CREATE TEMPORARY TABLE mine AS SELECT * FROM item');
    await orders.ask('POST', 'sys/leases/revoke', { lease_id: writer.lease_id, sync: true });
    assert.equal(await isThere(writer.user), false);
    await assert.rejects(writing.query('SELECT 1'));
    await assert.rejects(database.connect(writer.user, writer.password));

    // Gone with the token by which it was taken.
    await reports.ask('POST', 'auth/token/revoke-self');
    await until('the user to be gone', async () => !(await isThere(reader.user)));
  });

  test('keeps users of databases as long as the settings say, and tokens no shorter', async () => {
    const { data } = (await root.ask('GET', 'auth/kubernetes/role/orders.commerce')) as {
      data: { token_ttl: number; token_max_ttl: number };
    };
    assert.deepEqual([data.token_ttl, data.token_max_ttl], [2 * 3600, 24 * 3600]);
  });

  test('gives out a snapshot by the script of the Job', async () => {
    assert.ok('path' in vault);
    const directory = mkdtempSync(join(tmpdir(), 'ninefold-snapshot-'));
    try {
      writeFileSync(join(directory, 'token'), await world.tokenOf(secretsNamespace, accounts.snapshots), {
        mode: 0o600,
      });
      symlinkSync(vault.path, join(directory, vaultProduct.command));
      const script = takeScript(vaultProduct).replaceAll(/\/(login|snapshot)\//g, `${directory}/`);
      const environment = {
        PATH: `${directory}:${process.env.PATH}`,
        VAULT_ADDR: world.vault.url,
        VAULT_CACERT: join(world.vault.places.tls, 'ca.crt'),
        HOME: directory,
      };
      const run = promisify(execFile);
      await run('/bin/sh', ['-euc', script], { env: environment });
      const inspect = ['operator', 'raft', 'snapshot', 'inspect', join(directory, 'data.snap')];
      const { stdout } = await run(vault.path, inspect, { env: environment });
      assert.match(stdout, /Index/);
      assert.ok(!readFileSync(join(directory, 'data.snap')).includes('what people wrote for orders'));
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('records every request twice, and no secret in either', async () => {
    const { shares = '' } = await world.state();
    hidden.push(...shares.split('\n'), await world.tokenOf('commerce', 'orders'));
    const records = [readFileSync(join(world.vault.places.audit, 'audit.log'), 'utf8'), world.vault.output()];
    assert.ok(hidden.length > 10 && hidden.every((secret) => secret.length > 15), `${hidden.length} secrets`);
    for (const record of records) {
      for (const path of [
        'kv/data/services/commerce/orders/session',
        'transit/decrypt/commerce.orders.addresses',
        'database/creds/orders.commerce.orders',
        'pki/issue/orders.commerce',
        'auth/kubernetes/login',
      ]) {
        assert.ok(record.includes(`"path":"${path}"`), path);
      }
      for (const secret of hidden)
        assert.ok(!record.includes(secret), `${secret.slice(0, 4)}… is there in clear`);
    }
  });
});
