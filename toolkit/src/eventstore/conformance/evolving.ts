import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAggregate } from '../aggregate.ts';
import { ConcurrencyConflict } from '../errors.ts';
import type { NewEvent } from '../event.ts';
import { emptyStore, numbered, numberedUpTo, readSettled, type StoreFactory } from './setting.ts';

export function evolving<Transaction extends object>(create: StoreFactory<Transaction>): void {
  describe('upcasters', () => {
    it('bring old events to their newest form wherever they are read', async (test) => {
      const store = await emptyStore(test, create, {
        upcasters: [
          { type: 'Paid', schemaVersion: 1, upcast: (data) => ({ cents: Number(data) * 100 }) },
          {
            type: 'Paid',
            schemaVersion: 2,
            to: { type: 'Settled', schemaVersion: 1 },
            upcast: (data) => ({ ...(data as object), currency: 'EUR' }),
          },
        ],
      });
      await store.append('a', [
        { type: 'Paid', schemaVersion: 1, data: 12 },
        { type: 'Paid', data: { cents: 5 } },
        { type: 'Settled', data: { cents: 1, currency: 'CHF' } },
      ]);
      const expected = [
        ['Settled', 1, { cents: 1200, currency: 'EUR' }],
        ['Settled', 1, { cents: 5, currency: 'EUR' }],
        ['Settled', 1, { cents: 1, currency: 'CHF' }],
      ];
      const body = (event: NewEvent) => [event.type, event.schemaVersion, event.data];
      assert.deepEqual((await store.read('a')).map(body), expected);
      assert.deepEqual((await readSettled(store)).events.map(body), expected);
      const seen: unknown[] = [];
      const subscription = store.subscribe({
        name: 'all',
        types: ['Paid', 'Settled'],
        handle: (event) => void seen.push(body(event)),
      });
      await subscription.waitFor(await store.head());
      assert.deepEqual(seen, expected);
    });
  });

  describe('snapshots', () => {
    it('are kept newest of each form', async (test) => {
      const { snapshots } = await emptyStore(test, create);
      const key = { streamId: 'a', name: 'sum', schemaVersion: 1 };
      assert.equal(await snapshots.load(key), undefined);
      await snapshots.save(key, { version: 5, state: { sum: 15 } });
      await snapshots.save(key, { version: 3, state: { sum: 6 } });
      assert.deepEqual(await snapshots.load(key), { version: 5, state: { sum: 15 } });
      assert.equal(await snapshots.load({ ...key, streamId: 'b' }), undefined);
      assert.equal(await snapshots.load({ ...key, name: 'other' }), undefined);
      assert.equal(await snapshots.load({ ...key, schemaVersion: 2 }), undefined);
      await snapshots.save({ ...key, schemaVersion: 2 }, { version: 4, state: 'new form' });
      assert.deepEqual(await snapshots.load({ ...key, schemaVersion: 2 }), { version: 4, state: 'new form' });
    });
  });

  describe('an aggregate', () => {
    it('folds a stream from its newest snapshot', async (test) => {
      const store = await emptyStore(test, create);
      const folded: unknown[] = [];
      const aggregate = createAggregate<NewEvent, number>({
        store,
        initial: 0,
        evolve(sum, event) {
          folded.push(event.data);
          return sum + Number(event.data);
        },
        snapshot: { name: 'sum', schemaVersion: 1, every: 4 },
      });
      assert.deepEqual(await aggregate.load('a'), { state: 0, version: 0 });
      await store.append('a', numberedUpTo(4));
      assert.deepEqual(await aggregate.load('a'), { state: 10, version: 4 });
      await store.append('a', [numbered(5)]);
      assert.deepEqual(await aggregate.load('a'), { state: 15, version: 5 });
      assert.deepEqual(folded, [1, 2, 3, 4, 5]);
    });

    it('decides again when somebody else was faster', async (test) => {
      const store = await emptyStore(test, create);
      const counter = createAggregate<NewEvent, number>({ store, initial: 0, evolve: (count) => count + 1 });
      const results = await Promise.all(
        Array.from({ length: 8 }, () =>
          counter.execute('a', (count) => (count < 5 ? [numbered(count + 1)] : []), { attempts: 20 }),
        ),
      );
      assert.equal(results.filter((result) => result !== undefined).length, 5);
      assert.deepEqual(
        (await store.read('a')).map((event) => event.data),
        [1, 2, 3, 4, 5],
      );
    });

    it('gives up after its attempts', async (test) => {
      const store = await emptyStore(test, create);
      const counter = createAggregate<NewEvent, number>({ store, initial: 0, evolve: (count) => count + 1 });
      let decisions = 0;
      const hopeless = counter.execute('a', async () => {
        decisions += 1;
        await store.append('a', [numbered(0)]);
        return [numbered(1)];
      });
      await assert.rejects(hopeless, ConcurrencyConflict);
      assert.equal(decisions, 3);
    });
  });
}
