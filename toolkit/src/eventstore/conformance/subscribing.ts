import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { currentContext } from '../../context/index.ts';
import { deriveContext, rootContext } from '../../context/index.ts';
import { InvalidInput } from '../errors.ts';
import { aborted, emptyStore, numbered, numberedUpTo, quickly, type StoreFactory, until } from './setting.ts';

export function subscribing<Transaction extends object>(create: StoreFactory<Transaction>): void {
  describe('a subscription', () => {
    it('handles what is there and what comes, in order', async (test) => {
      const store = await emptyStore(test, create);
      await store.append('a', numberedUpTo(5));
      const seen: unknown[] = [];
      const subscription = store.subscribe({
        name: 'all',
        batchSize: 2,
        handle: (event) => void seen.push(event.data),
      });
      await subscription.waitFor(await store.head());
      await store.append('b', [numbered(6)]);
      const { position } = await store.append('a', [numbered(7)]);
      await subscription.waitFor(position);
      assert.deepEqual(seen, [1, 2, 3, 4, 5, 6, 7]);
      assert.equal(subscription.position, position);
      await until(() => subscription.state === 'idle');
      assert.deepEqual(subscription.describe(), { name: 'all', state: 'idle', handled: 7, failures: 0 });
    });

    it('goes on after where it stood', async (test) => {
      const store = await emptyStore(test, create);
      const seen: unknown[] = [];
      const subscriber = {
        name: 'resumed',
        handle: (event: { data: unknown }) => void seen.push(event.data),
      };
      await store.append('a', numberedUpTo(3));
      const first = store.subscribe(subscriber);
      await first.waitFor(await store.head());
      await first.stop();
      assert.equal(first.state, 'stopped');
      await store.append('a', [numbered(4)]);
      await store.subscribe(subscriber).waitFor(await store.head());
      assert.deepEqual(seen, [1, 2, 3, 4]);
    });

    it('from the end handles only what comes', async (test) => {
      const store = await emptyStore(test, create);
      await store.append('a', numberedUpTo(3));
      const seen: unknown[] = [];
      const subscription = store.subscribe({
        name: 'late',
        from: 'end',
        handle: (event) => void seen.push(event.data),
      });
      await until(() => subscription.state === 'idle');
      await store.append('a', [numbered(4)]);
      await subscription.waitFor(await store.head());
      assert.deepEqual(seen, [4]);
    });

    it('of some types is told of no others, and still comes to the end of the log', async (test) => {
      const store = await emptyStore(test, create);
      for (let number = 1; number <= 9; number += 1) {
        await store.append('a', [numbered(number, number % 3 === 0 ? 'Third' : 'Other')]);
      }
      const seen: unknown[] = [];
      const subscription = store.subscribe({
        name: 'thirds',
        types: ['Third'],
        batchSize: 2,
        handle: (event) => void seen.push(event.data),
      });
      await store.append('a', [numbered(10, 'Other')]);
      await subscription.waitFor(await store.head());
      assert.deepEqual(seen, [3, 6, 9]);
    });

    it('tries a failing event again, and what came before it not', async (test) => {
      const store = await emptyStore(test, create);
      await store.append('a', numberedUpTo(4));
      const seen: unknown[] = [];
      const failures: [unknown, unknown][] = [];
      let refusals = 2;
      const subscription = store.subscribe({
        name: 'stubborn',
        handle(event) {
          if (event.data === 3 && refusals > 0) {
            refusals -= 1;
            throw new Error(`not yet ${refusals}`);
          }
          seen.push(event.data);
        },
        onError: (error, event) => failures.push([error instanceof Error && error.message, event?.data]),
      });
      await subscription.waitFor(await store.head());
      assert.deepEqual(seen, [1, 2, 3, 4]);
      assert.deepEqual(failures, [
        ['not yet 1', 3],
        ['not yet 0', 3],
      ]);
      assert.equal(subscription.describe().lastError, 'not yet 0');
      assert.equal(subscription.describe().failures, 0);
    });

    it('runs the handler in the context of the append', async (test) => {
      const store = await emptyStore(test, create);
      const trace = { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), flags: 1 };
      await store.append('a', [numbered(1)], {
        context: deriveContext(rootContext, { tenant: 'acme', trace, timeout: 60_000 }),
      });
      const seen: unknown[] = [];
      const subscription = store.subscribe({
        name: 'contextual',
        handle: () =>
          void seen.push([currentContext().tenant, currentContext().trace, currentContext().deadline]),
      });
      await subscription.waitFor(await store.head());
      assert.deepEqual(seen, [['acme', trace, undefined]]);
    });

    it('of one name runs once, and another takes over when it stops', async (test) => {
      const store = await emptyStore(test, create);
      const seen: [string, unknown][] = [];
      const start = (who: string) =>
        store.subscribe({
          name: 'shared',
          ...quickly,
          handle: (event) => void seen.push([who, event.data]),
        });
      const first = start('first');
      await until(() => first.state === 'idle');
      const second = start('second');
      await store.append('a', [numbered(1)]);
      await first.waitFor(await store.head());
      // Also the one on standby can tell how far the other has come.
      await second.waitFor(await store.head());
      assert.equal(second.state, 'standby');
      await first.stop();
      await store.append('a', [numbered(2)]);
      await second.waitFor(await store.head());
      assert.deepEqual(seen, [
        ['first', 1],
        ['second', 2],
      ]);
    });

    it('when stopped finishes the event at hand and tells its handler', async (test) => {
      const store = await emptyStore(test, create);
      await store.append('a', numberedUpTo(3));
      const seen: unknown[] = [];
      const started = Promise.withResolvers<void>();
      const subscription = store.subscribe({
        name: 'interrupted',
        async handle(event, { signal }) {
          started.resolve();
          await aborted(signal);
          seen.push(event.data);
        },
      });
      await started.promise;
      await subscription.stop();
      assert.deepEqual(seen, [1]);
      const rest: unknown[] = [];
      const again = store.subscribe({ name: 'interrupted', handle: (event) => void rest.push(event.data) });
      await again.waitFor(await store.head());
      assert.deepEqual(rest, [2, 3]);
    });

    it('can be waited for as long as the caller likes', async (test) => {
      const store = await emptyStore(test, create);
      const { position } = await store.append('a', [numbered(1)]);
      const subscription = store.subscribe({
        name: 'stuck',
        handle() {
          throw new Error('never');
        },
      });
      const waiting = subscription.waitFor(position, AbortSignal.timeout(30));
      await assert.rejects(waiting, { name: 'TimeoutError' });
    });

    it('names every violation of its options', async (test) => {
      const store = await emptyStore(test, create);
      assert.throws(
        () => store.subscribe({ name: 'Not-a-name', types: [], batchSize: 0, handle() {} }),
        (error) => {
          assert.ok(error instanceof InvalidInput);
          assert.equal(error.violations.length, 3);
          return true;
        },
      );
    });
  });
}
