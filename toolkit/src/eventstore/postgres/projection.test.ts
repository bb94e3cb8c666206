import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { deriveContext, rootContext, runInContext } from '../../context/index.ts';
import { numbered, numberedUpTo, quickly, until } from '../conformance/setting.ts';
import { createPostgresEventStore, createPostgresInbox, createPostgresOutbox } from './store.ts';
import type { NewEvent } from '../event.ts';
import type { PendingMessage } from '../outbox.ts';
import type { Projection } from '../projection.ts';
import { TestDatabase } from './fixtures/database.ts';
import { soakProjection, startWorker } from './fixtures/soak.ts';
import type { PostgresProjectionTransaction } from './projection-transaction.ts';

let database: TestDatabase;
before(async () => {
  database = await TestDatabase.start();
});
after(() => database.stop());

const lines: Projection<NewEvent, PostgresProjectionTransaction> = {
  name: 'lines',
  ...quickly,
  setup: async (transaction) => {
    await transaction.query('create table line (number int not null, note text)');
  },
  handle: async (event, transaction) => {
    await transaction.query('insert into line (number) values ($1)', [event.data]);
  },
};

describe('a projection on PostgreSQL', () => {
  it('keeps tables of its own, which a new version replaces at once for all readers', async () => {
    const store = await database.store();
    const { pool, schema } = store;
    const reader = await pool.connect();
    const read = async () =>
      (await reader.query({ name: 'lines', text: `select * from ${schema}_lines.line order by number` }))
        .rows;
    const first = store.project(lines);
    await store.append('a', numberedUpTo(3));
    await first.waitFor(await store.head());
    assert.deepEqual(
      (await read()).map(({ number }) => number),
      [1, 2, 3],
    );
    const second = store.project({
      ...lines,
      version: 2,
      handle: async (event, transaction) => {
        await transaction.query('insert into line (number, note) values ($1, $2)', [event.data, event.type]);
      },
    });
    await store.append('a', [numbered(4)]);
    await until(() => first.state === 'retired');
    await second.waitFor(await store.head());
    // A statement that was prepared when the old version was there reads the new one.
    assert.deepEqual(
      await read(),
      numberedUpTo(4).map(({ data }) => ({ number: data, note: 'Numbered' })),
    );
    const old = await reader.query(`select number from ${schema}_lines_v1.line`);
    assert.ok((old.rowCount ?? 0) >= 3);
    assert.deepEqual(await store.dropRetired('lines'), [1]);
    assert.deepEqual(await store.dropRetired('lines'), []);
    await assert.rejects(reader.query(`select number from ${schema}_lines_v1.line`), /does not exist/);
    reader.release();
  });

  it('sees its documents in its own statements', async () => {
    const store = await database.store();
    const seen: unknown[] = [];
    const projection = store.project({
      name: 'mixed',
      async handle(event, transaction) {
        transaction.view.put(String(event.data), event.version);
        const { rows } = await transaction.query('select count(*)::int as documents from documents');
        seen.push(rows[0]?.documents);
      },
    });
    await store.append('a', numberedUpTo(3));
    await projection.waitFor(await store.head());
    assert.deepEqual(seen, [1, 2, 3]);
  });

  it('has each effect once when its connection breaks in the middle of a batch', async () => {
    const store = await database.store();
    const name = `projecting ${store.schema}`;
    const pool = database.pool({ application_name: name, max: 3 });
    const victim = await database.store({ schema: store.schema, pool });
    await store.append('a', numberedUpTo(20));
    let breaks = 0;
    const failures: unknown[] = [];
    const projection = victim.project({
      ...lines,
      batchSize: 8,
      async handle(event, transaction, delivery) {
        await lines.handle(event, transaction, delivery);
        if (Number(event.data) % 5 === 0 && breaks < Number(event.data) / 5) {
          breaks += 1;
          await store.pool.query(
            'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1',
            [name],
          );
        }
      },
      onError: (error) => failures.push(error),
    });
    await projection.waitFor(await store.head());
    const { rows } = await store.pool.query(`select number from ${store.schema}_lines.line order by number`);
    assert.deepEqual(
      rows.map(({ number }) => number),
      numberedUpTo(20).map(({ data }) => data),
    );
    assert.ok(breaks === 4 && failures.length >= 4);
  });

  it('is taken over when the process that ran it is killed', async (test) => {
    const store = await database.store();
    const worker = startWorker(
      database.server.url,
      { kind: 'read', schema: store.schema, application: 'to be killed' },
      () => {},
    );
    test.after(() => worker.kill());
    await store.append('a', numberedUpTo(10));
    const behind = async () => (await store.status()).subscriptions[0]?.behind;
    await until(async () => (await behind()) === 0);
    const standby = store.project(soakProjection);
    await until(() => standby.state === 'standby');
    await worker.kill();
    await store.append('a', numberedUpTo(10));
    await standby.waitFor(await store.head());
    const { rows } = await store.pool.query(
      `select count(*)::int as handled from ${store.schema}_soak.handled`,
    );
    assert.equal(rows[0].handled, 20);
    assert.equal(standby.describe().handled, 10);
  });

  it('is woken by another process’s append, and by a transaction’s when it commits', async () => {
    const store = await database.store();
    const other = await database.store({ schema: store.schema });
    // Nobody would wait for the poll: it comes in an hour.
    const projection = store.project({ ...lines, pollInterval: 1_000_000 });
    await until(() => projection.state === 'idle');
    await other.append('a', [numbered(1)]);
    await until(() => projection.describe().handled === 1);
    await until(() => projection.state === 'idle');
    await other.transaction((transaction) => other.append('a', [numbered(2)], { transaction }));
    await until(() => projection.describe().handled === 2);
  });

  it('tells how far it is behind', async () => {
    const store = await database.store();
    const projection = store.project(lines);
    await store.append('a', numberedUpTo(2));
    await projection.waitFor(await store.head());
    await projection.stop();
    await store.append('a', numberedUpTo(5));
    assert.deepEqual((await store.status()).subscriptions, [
      { name: 'lines', version: 1, kind: 'projection', state: 'live', behind: 5 },
    ]);
  });
});

describe('outbox and inbox without an event store', () => {
  it('give a service with tables of its own exactly one effect per message', async () => {
    const { pool, schema } = await database.store();
    await pool.query(`create table ${schema}.orders (id int); create table ${schema}.invoices (id int)`);
    const outbox = createPostgresOutbox({ pool, schema });
    const inbox = createPostgresInbox({ pool, schema });
    const store = createPostgresEventStore({ pool, schema });
    await store.transaction(async (transaction) => {
      await transaction.query(`insert into ${schema}.orders values (1)`);
      await outbox.enqueue(transaction, [{ topic: 'orders', key: '1', payload: { id: 1 } }]);
    });
    const deliveries: PendingMessage[] = [];
    let attempts = 0;
    const relay = outbox.relay({
      async publish(messages) {
        deliveries.push(...messages);
        attempts += 1;
        if (attempts < 3) throw new Error('the broker has it, but its answer was lost');
      },
    });
    await until(async () => (await outbox.depth()) === 0);
    await relay.stop();
    assert.equal(deliveries.length, 3);
    const outcomes = await Promise.all(
      deliveries.map(({ id }) =>
        inbox.process({ consumer: 'billing', messageId: id }, async (transaction) => {
          await transaction.query(`insert into ${schema}.invoices values (1)`);
        }),
      ),
    );
    assert.deepEqual(outcomes.map(({ duplicate }) => duplicate).sort(), [false, true, true]);
    const { rows } = await pool.query(`select count(*)::int as invoices from ${schema}.invoices`);
    assert.equal(rows[0].invoices, 1);
  });

  it('handle nothing past the deadline of the delivery', async () => {
    const { pool, schema, inbox } = await database.store();
    await pool.query(`create table ${schema}.effects (id int)`);
    const context = deriveContext(rootContext, { timeout: 50 });
    const processing = runInContext(context, () =>
      inbox.process({ consumer: 'c', messageId: 'm' }, async (transaction) => {
        await transaction.query(`insert into ${schema}.effects values (1)`);
        await transaction.query('select pg_sleep(60)');
      }),
    );
    await assert.rejects(processing, { code: 'DEADLINE_EXCEEDED' });
    await until(() => pool.idleCount === pool.totalCount);
    const { rows } = await pool.query(`select count(*)::int as effects from ${schema}.effects`);
    assert.equal(rows[0].effects, 0);
    assert.equal((await inbox.process({ consumer: 'c', messageId: 'm' }, () => 1)).duplicate, false);
  });
});
