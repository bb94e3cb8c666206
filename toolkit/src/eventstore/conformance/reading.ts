import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvalidInput } from '../errors.ts';
import { beginning } from '../event.ts';
import { emptyStore, numbered, numberedUpTo, readSettled, type StoreFactory } from './setting.ts';

export function reading<Transaction extends object>(create: StoreFactory<Transaction>): void {
  describe('reading', () => {
    it('a stream gives its events from any version in both directions', async (test) => {
      const store = await emptyStore(test, create);
      await store.append('a', numberedUpTo(5));
      await store.append('b', [numbered(9)]);
      const data = async (options: Parameters<typeof store.read>[1]) =>
        (await store.read('a', options)).map((event) => event.data);
      assert.deepEqual(await data({}), [1, 2, 3, 4, 5]);
      assert.deepEqual(await data({ from: 3 }), [3, 4, 5]);
      assert.deepEqual(await data({ from: 2, limit: 2 }), [2, 3]);
      assert.deepEqual(await data({ from: 6 }), []);
      assert.deepEqual(await data({ direction: 'backwards' }), [5, 4, 3, 2, 1]);
      assert.deepEqual(await data({ direction: 'backwards', from: 3, limit: 2 }), [3, 2]);
      assert.deepEqual(await store.read('absent'), []);
    });

    it('gives everything that is known of an event', async (test) => {
      const store = await emptyStore(test, create);
      const before = Date.now();
      const { position } = await store.append('a', [{ type: 'T', data: { x: 1 }, metadata: { m: 'v' } }]);
      const [event] = await store.read('a');
      assert.ok(event);
      const { id, recordedAt, ...rest } = event;
      assert.deepEqual(rest, {
        type: 'T',
        data: { x: 1 },
        metadata: { m: 'v' },
        schemaVersion: 1,
        streamId: 'a',
        version: 1,
        position,
      });
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.ok(recordedAt.getTime() >= before - 1 && recordedAt.getTime() <= Date.now() + 1);
    });

    it('the log page by page gives every event once, in order', async (test) => {
      const store = await emptyStore(test, create);
      for (let number = 1; number <= 25; number += 1)
        await store.append(`s${number % 3}`, [numbered(number)]);
      const seen: unknown[] = [];
      let after = beginning;
      for (;;) {
        const page = await readSettled(store, { after, limit: 4 });
        seen.push(...page.events.map((event) => event.data));
        after = page.next;
        if (page.complete) break;
      }
      assert.deepEqual(
        seen,
        numberedUpTo(25).map((event) => event.data),
      );
      assert.equal(after, await store.head());
      const rest = await readSettled(store, { after });
      assert.deepEqual(
        { events: rest.events, next: rest.next, complete: rest.complete },
        { events: [], next: after, complete: true },
      );
    });

    it('the log by types passes over the others', async (test) => {
      const store = await emptyStore(test, create);
      for (let number = 1; number <= 12; number += 1) {
        await store.append('a', [numbered(number, number % 4 === 0 ? 'Fourth' : 'Other')]);
      }
      const first = await readSettled(store, { types: ['Fourth'], limit: 6 });
      assert.deepEqual(
        first.events.map((event) => event.data),
        [4],
      );
      assert.equal(first.complete, false);
      const second = await readSettled(store, { types: ['Fourth'], limit: 6, after: first.next });
      assert.deepEqual(
        second.events.map((event) => event.data),
        [8, 12],
      );
      const none = await readSettled(store, { types: ['Absent'] });
      assert.deepEqual(none.events, []);
      assert.equal(none.next, await store.head());
    });

    it('refuses what is no position and no limit', async (test) => {
      const store = await emptyStore(test, create);
      await assert.rejects(store.readAll({ after: '7' }), /not a position/);
      await assert.rejects(store.read('a', { from: 0, limit: 0.5 }), (error) => {
        assert.ok(error instanceof InvalidInput);
        assert.equal(error.violations.length, 2);
        return true;
      });
      await assert.rejects(store.readAll({ limit: 0 }), InvalidInput);
      await assert.rejects(store.readAll({ types: [] }), InvalidInput);
    });
  });
}
