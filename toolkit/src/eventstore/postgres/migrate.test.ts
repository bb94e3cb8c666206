import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { numbered } from '../conformance/setting.ts';
import { InvalidInput } from '../errors.ts';
import { TestDatabase } from './fixtures/database.ts';
import { createPostgresEventStore, postgresEventStoreSchema } from './store.ts';

let database: TestDatabase;
before(async () => {
  database = await TestDatabase.start();
});
after(() => database.stop());

describe('migrating', () => {
  it('can be done by many at once, and again', async () => {
    const schema = database.newSchema();
    const stores = await Promise.all(Array.from({ length: 10 }, () => database.store({ schema })));
    await stores[0]?.migrate();
    await stores[0]?.append('a', [numbered(1)]);
    assert.equal((await stores[9]?.read('a'))?.length, 1);
    assert.equal((await stores[0]?.status())?.schemaVersion, 1);
  });

  it('does nothing after the script was run, and needs no right to change anything then', async () => {
    const schema = database.newSchema();
    const administrator = database.pool();
    await administrator.query(postgresEventStoreSchema(schema));
    await administrator.query(`create role service login password 'service';
      grant usage on schema ${schema} to service;
      grant select, insert, update, delete on all tables in schema ${schema} to service;
      grant usage on all sequences in schema ${schema} to service;`);
    const url = new URL(database.server.url);
    url.username = 'service';
    url.password = 'service';
    const pool = database.pool({ connectionString: url.href });
    const store = createPostgresEventStore({ pool, schema, outbox: () => ({ topic: 't' }) });
    await store.migrate();
    await store.append('a', [numbered(1)]);
    const seen: unknown[] = [];
    const subscription = store.subscribe({ name: 'reader', handle: (event) => void seen.push(event.data) });
    await subscription.waitFor(await store.head());
    await store.close();
    assert.deepEqual(seen, [1]);
    await assert.rejects(pool.query(`drop table ${schema}.events`), /must be owner/);
  });

  it('leaves a newer schema alone', async () => {
    const store = await database.store();
    await store.pool.query(
      `insert into ${store.schema}.migrations (version, name) values (99, 'of the future')`,
    );
    await store.migrate();
    await store.append('a', [numbered(1)]);
    assert.equal((await store.status()).schemaVersion, 99);
  });

  it('refuses a name that would not do as a schema’s', () => {
    for (const schema of ['Upper', 'a-b', '1a', 'a; drop table x', 'a'.repeat(21), '']) {
      assert.throws(() => createPostgresEventStore({ pool: database.pool(), schema }), InvalidInput, schema);
    }
  });
});
