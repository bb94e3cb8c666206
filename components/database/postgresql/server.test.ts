import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { profileNames } from '../../kit/profile.ts';
import { instanceSize } from './cluster.ts';
import { planParameters } from './parameters.ts';
import { postgresqlSizes } from './settings.ts';
import { type JudgedServer, judgedServer, type Login } from './test-support/server.ts';

/** What is rendered, judged by a real PostgreSQL: it starts with the parameters, and lets in whom it should. */

const orders = {
  client: 'orders',
  namespace: 'commerce',
  database: 'orders',
  extensions: ['citext'],
  connections: 2,
};
const reports = {
  client: 'reports',
  namespace: 'analytics',
  database: 'orders',
  databaseNamespace: 'commerce',
};
const stock = { client: 'stock', namespace: 'commerce', database: 'stock' };

describe('PostgreSQL with what small renders', () => {
  let judged: JudgedServer;

  /** Somebody with a certificate of the authority that names them. */
  async function login(user: string, database: string, commonName = user): Promise<Login> {
    return { user, database, certificate: await judged.authority.issue({ commonName }) };
  }

  async function refused(who: Login, statement: string, code: string): Promise<void> {
    await assert.rejects(judged.as(who, statement), (error) => {
      assert.equal(Reflect.get(Object(error), 'code'), code, String(error));
      return true;
    });
  }

  before(async () => {
    judged = await judgedServer(postgresqlSizes.small);
    await judged.bind(orders);
    await judged.bind({ ...reports, access: 'read-only' });
    await judged.bind({ ...reports, client: 'imports', access: 'read-write' });
    await judged.bind(stock);
    const owner = await login('orders.commerce', 'commerce_orders');
    await judged.as(owner, 'CREATE SCHEMA sales; CREATE TABLE sales.placed (id int, buyer citext)');
  });

  after(() => judged?.stop());

  test('takes every parameter as it is meant', async () => {
    const planned = planParameters(instanceSize(postgresqlSizes.small), postgresqlSizes.small.slowQuery);
    for (const [name, value] of Object.entries(planned)) {
      const { rows } = await judged.asSuperuser(`SHOW ${name}`);
      const shown: unknown = Object.values(rows[0])[0];
      assert.equal(inSmallestUnit(String(shown)), inSmallestUnit(value), name);
    }
  });

  test('reads every line of who may come in, and of who is who', async () => {
    const rules = await judged.asSuperuser('SELECT error FROM pg_hba_file_rules');
    const names = await judged.asSuperuser('SELECT error FROM pg_ident_file_mappings');
    assert.ok(rules.rows.length >= 4 && names.rows.length === 2);
    assert.deepEqual(
      [...rules.rows, ...names.rows].filter(({ error }) => error !== null),
      [],
    );
  });

  test('lets a client in with the certificate that names its role', async () => {
    const { rows } = await judged.as(
      await login('orders.commerce', 'commerce_orders'),
      'SELECT current_user',
    );
    assert.deepEqual(rows, [{ current_user: 'orders.commerce' }]);
  });

  const strangers: [string, () => Promise<Login>][] = [
    [
      'with the certificate of another client',
      () => login('orders.commerce', 'commerce_orders', 'stock.commerce'),
    ],
    [
      'with the certificate of the pool’s lookups as superuser',
      () => login('postgres', 'postgres', 'ninefold_pooler'),
    ],
    ['to the database of another', () => login('orders.commerce', 'commerce_stock')],
    ['to the database of the operator', () => login('orders.commerce', 'postgres')],
    ['as a role that is no client', () => login('commerce_orders', 'commerce_orders')],
    ['as the role of all clients', () => login('ninefold_clients', 'commerce_orders')],
    ['as the superuser, with a certificate that names it', () => login('postgres', 'postgres', 'postgres')],
  ];
  for (const [name, who] of strangers) {
    // 28000: not let in. The superuser is asked for a password on the loopback interface only, which 28P01 says.
    test(`refuses a client ${name}`, async () => {
      await assert.rejects(judged.as(await who(), 'SELECT 1'), (error) => {
        const code: unknown = Reflect.get(Object(error), 'code');
        assert.ok(code === '28000' || /password/.test(String(error)), String(error));
        return true;
      });
    });
  }

  test('refuses a client without TLS, and one without a certificate', async () => {
    await refused({ user: 'orders.commerce', database: 'commerce_orders', tls: false }, 'SELECT 1', '28000');
    await refused({ user: 'orders.commerce', database: 'commerce_orders' }, 'SELECT 1', '28000');
  });

  test('refuses a certificate of another authority', async () => {
    const { testAuthority } = await import('../../../tests/support/test-authority.ts');
    const foreign = await (await testAuthority('internal')).issue({ commonName: 'orders.commerce' });
    await assert.rejects(
      judged.as({ user: 'orders.commerce', database: 'commerce_orders', certificate: foreign }, 'SELECT 1'),
    );
  });

  test('lets the owner do anything in its database, with its extensions, and nothing outside', async () => {
    const owner = await login('orders.commerce', 'commerce_orders');
    await judged.as(owner, "INSERT INTO sales.placed VALUES (1, 'Ada')");
    const { rows } = await judged.as(owner, "SELECT id FROM sales.placed WHERE buyer = 'ADA'");
    assert.deepEqual(rows, [{ id: 1 }]);
    for (const statement of [
      'CREATE DATABASE other',
      'CREATE ROLE other',
      'ALTER ROLE "orders.commerce" SUPERUSER',
      'GRANT pg_read_all_data TO "orders.commerce"',
      "COPY (SELECT 1) TO PROGRAM 'true'",
      'SELECT rolpassword FROM pg_authid',
      'ALTER SYSTEM SET work_mem = 1024',
      "SELECT * FROM public.user_search('orders.commerce')",
    ]) {
      await assert.rejects(judged.as(owner, statement), Error, statement);
    }
  });

  test('lets a reader read, and refuses it every change', async () => {
    const reader = await login('reports.analytics', 'commerce_orders');
    const { rows } = await judged.as(reader, 'SELECT count(*)::int FROM sales.placed');
    assert.deepEqual(rows, [{ count: 1 }]);
    for (const statement of [
      "INSERT INTO sales.placed VALUES (2, 'Eve')",
      'UPDATE sales.placed SET id = 3',
      'DELETE FROM sales.placed',
      'TRUNCATE sales.placed',
      'CREATE TABLE sales.other (id int)',
      'CREATE TABLE public.other (id int)',
      'CREATE SCHEMA other',
      'DROP TABLE sales.placed',
    ]) {
      await refused(reader, statement, '42501').catch((error: unknown) => {
        // What only its owner may do is refused as such.
        assert.match(String(error), /must be owner|permission denied/, statement);
      });
    }
  });

  test('lets who reads and writes change rows, but no tables', async () => {
    const writer = await login('imports.analytics', 'commerce_orders');
    await judged.as(writer, "INSERT INTO sales.placed VALUES (4, 'Bob')");
    await judged.as(writer, 'DELETE FROM sales.placed WHERE id = 4');
    await refused(writer, 'CREATE TABLE sales.other (id int)', '42501');
    await refused(writer, 'DROP TABLE sales.placed', '42501');
    await assert.rejects(judged.as(await login('imports.analytics', 'commerce_stock'), 'SELECT 1'));
  });

  test('holds a client to its number of connections', async () => {
    const who = await login('orders.commerce', 'commerce_orders');
    const all = await Promise.allSettled([1, 2, 3].map(() => judged.as(who, 'SELECT pg_sleep(2)')));
    const refusals = all.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    assert.deepEqual(
      refusals.map(({ code }) => code),
      ['53300'],
    );
  });

  test('tells the pool who is a client, and never what a password looks like', async () => {
    const pool = await login('ninefold_pooler', 'postgres');
    const asked = async (name: string) =>
      (await judged.as(pool, `SELECT usename, passwd FROM public.user_search('${name}')`)).rows;
    assert.deepEqual(await asked('orders.commerce'), [{ usename: 'orders.commerce', passwd: null }]);
    for (const nobody of ['postgres', 'commerce_orders', 'ninefold_clients', 'ninefold_pooler', 'made_up']) {
      assert.deepEqual(await asked(nobody), [], nobody);
    }
    await assert.rejects(judged.as(await login('ninefold_pooler', 'commerce_orders'), 'SELECT 1'));
  });

  test('lets the pool in as any client, and as nobody else', async (context) => {
    if (judged.version < 16) {
      context.skip(`PostgreSQL ${judged.version} reads no groups in pg_ident.conf; 16 and later do`);
      return;
    }
    const asClient = await login('stock.commerce', 'commerce_stock', 'ninefold_pooler');
    const { rows } = await judged.as(asClient, 'SELECT current_user');
    assert.deepEqual(rows, [{ current_user: 'stock.commerce' }]);
    await refused(await login('orders.commerce', 'commerce_stock', 'ninefold_pooler'), 'SELECT 1', '28000');
    await refused(await login('commerce_stock', 'commerce_stock', 'ninefold_pooler'), 'SELECT 1', '28000');
  });
});

describe('PostgreSQL', () => {
  for (const profile of profileNames) {
    test(`starts with the parameters of ${profile}`, async () => {
      const judged = await judgedServer(postgresqlSizes[profile]);
      try {
        const { rows } = await judged.asSuperuser('SHOW max_connections');
        assert.equal(rows[0].max_connections, `${postgresqlSizes[profile].connections + 20}`);
      } finally {
        await judged.stop();
      }
    });
  }
});

/** `15min` and `900s` are one value; so are `2GB` and `2048MB`. */
function inSmallestUnit(value: string): string {
  const factors: Record<string, number> = {
    kB: 1,
    MB: 1024,
    GB: 1024 ** 2,
    ms: 1,
    s: 1e3,
    min: 6e4,
    h: 36e5,
  };
  const match = /^(\d+)(kB|MB|GB|ms|s|min|h)$/.exec(value);
  return match ? `${Number(match[1]) * (factors[match[2] ?? ''] ?? 1)}` : value;
}
