import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { EMMETT_PACKAGE, type Emmett, winnersOfEmmett } from '../../../bench/emmett.ts';
import { installedPeer } from '../../../bench/peers.ts';
import { deriveContext, rootContext, runInContext } from '../../context/index.ts';
import { aborted, numbered, numberedUpTo, readSettled, until } from '../conformance/setting.ts';
import { ConcurrencyConflict, EventIdConflict } from '../errors.ts';
import { createEventId } from '../event-id.ts';
import { heldTransaction, TestDatabase } from './fixtures/database.ts';
import type { PostgresEventStore } from './event-store.ts';

let database: TestDatabase;
/** Looks at the server beside the tests: one connection, however often they look. */
let observer: pg.Pool;
before(async () => {
  database = await TestDatabase.start();
  observer = database.pool({ max: 1 });
});
after(() => database.stop());

/** Statements that wait for a lock right now. */
async function waitingStatements(): Promise<number> {
  const { rows } = await observer.query(
    "select count(*)::int as waiting from pg_stat_activity where wait_event_type = 'Lock'",
  );
  return rows[0].waiting;
}

describe('appending on PostgreSQL', () => {
  it('lets exactly one of 16 writers create a stream, in each of 200 rounds (Emmett lets several)', async (test) => {
    const schema = database.newSchema();
    // Stores of their own: nothing but the database stands between them.
    const stores: PostgresEventStore[] = [];
    for (let index = 0; index < 16; index += 1) {
      stores.push(await database.store({ schema, pool: database.pool({ max: 1 }) }));
    }
    const winners: number[] = [];
    for (let round = 0; round < 200; round += 1) {
      const outcomes = await Promise.allSettled(
        stores.map((store, writer) =>
          store.append(`round-${round}`, [numbered(writer)], { expectedVersion: 'none' }),
        ),
      );
      const won = outcomes.flatMap(({ status }, writer) => (status === 'fulfilled' ? [writer] : []));
      const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
      assert.equal(won.length, 1, `round ${round}`);
      for (const { reason } of lost) assert.ok(reason instanceof ConcurrencyConflict, String(reason));
      const stored = await stores[0]?.read(`round-${round}`);
      assert.deepEqual(
        stored?.map((event) => event.data),
        won,
      );
      winners.push(...won);
    }
    assert.equal(winners.length, 200);
    const emmett = (await installedPeer(EMMETT_PACKAGE)) as Emmett | undefined;
    if (emmett === undefined) {
      test.diagnostic('Emmett is not installed here: the event store’s benchmark installs it');
      return;
    }
    const peer = emmett.getPostgreSQLEventStore(await database.server.createDatabase());
    const peers = await winnersOfEmmett(peer, { writers: 16, rounds: 50 });
    await peer.close();
    const several = peers.filter((count) => count > 1);
    test.diagnostic(
      `Emmett: several winners in ${several.length} of ${peers.length} rounds, up to ${Math.max(...peers)}`,
    );
  });

  it('gives every one of many writers to one stream a version of its own', async () => {
    const schema = database.newSchema();
    const stores = await Promise.all(Array.from({ length: 8 }, () => database.store({ schema })));
    await Promise.all(
      stores.map(async (store) => {
        for (let number = 0; number < 25; number += 1) await store.append('busy', [numbered(number)]);
      }),
    );
    const events = (await stores[0]?.read('busy')) ?? [];
    assert.deepEqual(
      events.map(({ version }) => version),
      Array.from({ length: 200 }, (_, index) => index + 1),
    );
    const positions = events.map(({ position }) => position);
    assert.deepEqual(positions, [...positions].sort());
  });

  it('joins what is appended at the same time into few statements', async () => {
    const store = await database.store();
    await Promise.all(Array.from({ length: 300 }, (_, index) => store.append(`s${index}`, numberedUpTo(2))));
    const { statements, appends } = store.describe().counters;
    assert.equal(appends, 300);
    assert.ok(Number(statements) <= 10, `${statements} statements`);
    assert.equal((await readSettled(store, { limit: 1_000 })).events.length, 600);
  });

  it('refuses only the one that can’t be among those that share a statement', async () => {
    const store = await database.store();
    const taken = createEventId();
    await store.append('first', [{ ...numbered(0), id: taken }]);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        store.append(`s${index}`, [{ ...numbered(index), ...(index === 7 && { id: taken }) }]),
      ),
    );
    const failed = outcomes.flatMap((outcome, index) => (outcome.status === 'rejected' ? [index] : []));
    assert.deepEqual(failed, [7]);
    assert.ok(outcomes[7]?.status === 'rejected' && outcomes[7].reason instanceof EventIdConflict);
  });

  describe('while another transaction has the stream', () => {
    it('waits for it, and keeps no append to another stream waiting', async () => {
      const store = await database.store();
      const held = await heldTransaction(store.pool);
      await store.append('held', [numbered(1)], { transaction: held.client });
      const waiting = store.append('held', [numbered(2)]);
      const refused = store.append('held', [numbered(3)], { expectedVersion: 'none' });
      refused.catch(() => {});
      await Promise.all(numberedUpTo(50).map((event) => store.append(`free-${event.data}`, [event])));
      await until(async () => (await waitingStatements()) === 2);
      await held.commit();
      assert.equal((await waiting).version, 2);
      await assert.rejects(refused, ConcurrencyConflict);
    });

    it('ends at the deadline, on the server too, and nothing of it remains', async () => {
      const store = await database.store();
      const held = await heldTransaction(store.pool);
      await store.append('held', [numbered(1)], { transaction: held.client });
      const context = deriveContext(rootContext, { timeout: 100 });
      await assert.rejects(store.append('held', [numbered(2)], { context }), { code: 'DEADLINE_EXCEEDED' });
      await until(async () => (await waitingStatements()) === 0);
      await held.commit();
      assert.deepEqual(
        (await store.read('held')).map((event) => event.data),
        [1],
      );
    });

    it('ends when the caller gives up, on the server too', async () => {
      const store = await database.store();
      const held = await heldTransaction(store.pool);
      await store.append('held', [numbered(1)], { transaction: held.client });
      const caller = new AbortController();
      const context = deriveContext(rootContext, { signal: caller.signal });
      const append = store.append('held', [numbered(2)], { context });
      append.catch(() => {});
      await until(async () => (await waitingStatements()) === 1);
      caller.abort(new Error('never mind'));
      await assert.rejects(append, /never mind/);
      await until(async () => (await waitingStatements()) === 0);
      await held.commit();
      assert.equal((await store.read('held')).length, 1);
    });
  });

  describe('within a transaction of the caller’s', () => {
    it('is committed or undone with it', async () => {
      const store = await database.store({ outbox: () => ({ topic: 't' }) });
      await store.pool.query(`create table ${store.schema}.orders (id int primary key)`);
      const place = (id: number, fails: boolean) =>
        store.transaction(async (transaction) => {
          await transaction.query(`insert into ${store.schema}.orders values ($1)`, [id]);
          await store.append('orders', [numbered(id)], { transaction });
          if (fails) throw new Error('undo');
        });
      await assert.rejects(place(1, true), /undo/);
      await place(2, false);
      const { rows } = await store.pool.query(`select id from ${store.schema}.orders`);
      assert.deepEqual(rows, [{ id: 2 }]);
      assert.deepEqual(
        (await store.read('orders')).map((event) => event.data),
        [2],
      );
      assert.equal(await store.outbox.depth(), 1);
    });

    it('leaves the transaction usable when it is refused', async () => {
      const store = await database.store();
      await store.append('a', [numbered(1)]);
      await store.transaction(async (transaction) => {
        const append = store.append('a', [numbered(2)], { transaction, expectedVersion: 'none' });
        await assert.rejects(append, ConcurrencyConflict);
        await store.append('b', [numbered(3)], { transaction });
      });
      assert.equal((await store.read('a')).length, 1);
      assert.equal((await store.read('b')).length, 1);
    });

    it('carries the context to policies and triggers', async () => {
      const store = await database.store();
      const context = deriveContext(rootContext, {
        tenant: 'acme',
        principal: { kind: 'user', id: 'u1' },
        timeout: 60_000,
      });
      const settings = await runInContext(context, () =>
        store.transaction(async (transaction) => {
          const { rows } = await transaction.query(
            `select current_setting('ninefold.tenant') as tenant, current_setting('ninefold.principal') as principal,
              (select setting::int from pg_settings where name = 'statement_timeout') as timeout`,
          );
          return rows[0];
        }),
      );
      assert.equal(settings?.tenant, 'acme');
      assert.equal(settings?.principal, 'u1');
      assert.ok(
        Number(settings?.timeout) > 0 && Number(settings?.timeout) <= 60_000,
        String(settings?.timeout),
      );
    });

    it('commits nothing after its deadline', async () => {
      const store = await database.store();
      const context = deriveContext(rootContext, { timeout: 50 });
      const work = store.transaction(async (transaction) => {
        await store.append('late', [numbered(1)], { transaction });
        await aborted(context.signal);
      }, context);
      await assert.rejects(work, { code: 'DEADLINE_EXCEEDED' });
      // The connection is given back when the work has been undone.
      await until(() => store.pool.idleCount === store.pool.totalCount);
      assert.deepEqual(await store.read('late'), []);
    });
  });

  it('survives connections that break, and knows a repetition', async () => {
    const store = await database.store();
    const killer = database.pool({ max: 1 });
    const name = `victim ${store.schema}`;
    const victim = await database.store({
      schema: store.schema,
      pool: database.pool({ application_name: name, max: 4 }),
    });
    let failures = 0;
    let number = 0;
    const appended: number[] = [];
    let running = true;
    const killing = (async () => {
      for (let met = 0; running; met = number) {
        // Each time for other appends, so that all of them get done however slowly a connection is made.
        await until(() => number > met || !running);
        await killer.query(
          'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1',
          [name],
        );
      }
    })();
    const writer = async () => {
      // Until it has met what this is about.
      while (failures < 5 || number < 60) {
        number += 1;
        const event = { ...numbered(number), id: createEventId() };
        for (;;) {
          try {
            await victim.append(`s${event.data % 5}`, [event]);
            break;
          } catch (error) {
            assert.ok(
              !(error instanceof EventIdConflict || error instanceof ConcurrencyConflict),
              String(error),
            );
            failures += 1;
          }
        }
        appended.push(event.data);
      }
    };
    await Promise.all([writer(), writer(), writer(), writer()]).finally(() => {
      running = false;
    });
    await killing;
    const page = await readSettled(store, { limit: 100_000 });
    const events = page.events.map((event) => Number(event.data));
    const ascending = (numbers: number[]) => numbers.sort((left, right) => left - right);
    assert.deepEqual(ascending(events), ascending(appended));
  });

  it('reads under a deadline with the server’s own timeout', async () => {
    const store = await database.store();
    await store.append('a', [numbered(1)]);
    const lock = await heldTransaction(
      store.pool,
      `lock table ${store.schema}.events in access exclusive mode`,
    );
    const context = deriveContext(rootContext, { timeout: 60 });
    await assert.rejects(store.read('a', { context }), { code: 'DEADLINE_EXCEEDED' });
    await until(async () => (await waitingStatements()) === 0);
    await lock.commit();
    const unhurried = deriveContext(rootContext, { timeout: 60_000 });
    assert.equal((await store.read('a', { context: unhurried })).length, 1);
  });
});
