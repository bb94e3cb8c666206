import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NewEvent } from '../event.ts';
import type { Projection } from '../projection.ts';
import { emptyStore, numbered, numberedUpTo, quickly, type StoreFactory, until } from './setting.ts';

/** Sums what the events of each stream say. */
function sums(changes: Partial<Projection<NewEvent>> = {}): Projection<NewEvent> {
  return {
    name: 'sums',
    ...quickly,
    async handle(event, { view }) {
      view.put(event.streamId, ((await view.get<number>(event.streamId)) ?? 0) + Number(event.data));
    },
    ...changes,
  };
}

export function projecting<Transaction extends object>(create: StoreFactory<Transaction>): void {
  describe('a projection', () => {
    it('keeps documents that readers see', async (test) => {
      const store = await emptyStore(test, create);
      assert.equal(await store.view('sums').get('a'), undefined);
      assert.deepEqual(await store.view('sums').list(), []);
      const projection = store.project(sums({ batchSize: 3 }));
      await store.append('a', numberedUpTo(10));
      await store.append('b', [numbered(7)]);
      await projection.waitFor(await store.head());
      assert.equal(await store.view('sums').get('a'), 55);
      assert.deepEqual(await store.view('sums').list(), [
        { key: 'a', document: 55 },
        { key: 'b', document: 7 },
      ]);
    });

    it('reads its own writes, also deletions, within a batch and after it', async (test) => {
      const store = await emptyStore(test, create);
      const seen: unknown[] = [];
      const projection = store.project({
        name: 'own_writes',
        batchSize: 2,
        async handle(event, { view }) {
          seen.push(await view.get('it'));
          if (Number(event.data) % 3 === 0) view.delete('it');
          else view.put('it', { at: event.data });
        },
      });
      await store.append('a', numberedUpTo(7));
      await projection.waitFor(await store.head());
      assert.deepEqual(seen, [undefined, { at: 1 }, { at: 2 }, undefined, { at: 4 }, { at: 5 }, undefined]);
      assert.deepEqual(await store.view('own_writes').get('it'), { at: 7 });
    });

    it('lists documents by code points, page by page', async (test) => {
      const store = await emptyStore(test, create);
      const keys = ['b', 'ä', 'a', '\u{1f600}', '\uffee', 'B', 'ab'];
      const projection = store.project({
        name: 'listed',
        handle: (event, { view }) => view.put(String(event.data), event.version),
      });
      await store.append(
        'a',
        keys.map((key) => ({ type: 'Key', data: key })),
      );
      await projection.waitFor(await store.head());
      const listed: string[] = [];
      for (;;) {
        const page = await store.view('listed').list({ after: listed.at(-1) ?? '', limit: 3 });
        if (page.length === 0) break;
        listed.push(...page.map(({ key }) => key));
      }
      assert.deepEqual(listed, ['B', 'a', 'ab', 'b', 'ä', '\uffee', '\u{1f600}']);
    });

    it('undoes everything of a batch that fails, and does it again once', async (test) => {
      const store = await emptyStore(test, create);
      await store.append('a', numberedUpTo(9));
      let failures = 0;
      const plain = sums();
      const projection = store.project({
        ...plain,
        async handle(event, transaction, delivery) {
          await plain.handle(event, transaction, delivery);
          if (Number(event.data) % 4 === 0 && failures < Number(event.data) / 4) {
            failures += 1;
            throw new Error('after the write');
          }
        },
      });
      await projection.waitFor(await store.head());
      assert.equal(failures, 2);
      assert.equal(await store.view('sums').get('a'), 45);
    });

    it('is set up once per version', async (test) => {
      const store = await emptyStore(test, create);
      let setups = 0;
      const start = () =>
        store.project(
          sums({
            setup({ view }) {
              setups += 1;
              view.put('from setup', setups);
            },
          }),
        );
      const first = start();
      await store.append('a', [numbered(1)]);
      await first.waitFor(await store.head());
      await first.stop();
      await store.append('a', [numbered(2)]);
      await start().waitFor(await store.head());
      assert.equal(setups, 1);
      assert.equal(await store.view('sums').get('from setup'), 1);
      assert.equal(await store.view('sums').get('a'), 3);
    });

    it('of a new version is built beside the old one and then takes its place', async (test) => {
      const store = await emptyStore(test, create);
      const first = store.project(sums());
      await store.append('a', numberedUpTo(4));
      await first.waitFor(await store.head());
      const gate = Promise.withResolvers<void>();
      const second = store.project(
        sums({
          version: 2,
          batchSize: 1,
          async handle(event, { view }) {
            if (event.data === 3) await gate.promise;
            view.put(event.streamId, ((await view.get<number>(event.streamId)) ?? 100) + Number(event.data));
          },
        }),
      );
      // While it is built, readers see the old version, which goes on.
      const { position } = await store.append('a', [numbered(5)]);
      await first.waitFor(position);
      assert.equal(await store.view('sums').get('a'), 15);
      gate.resolve();
      await second.waitFor(position);
      await until(async () => (await store.view('sums').get('a')) === 115);
      await store.append('a', [numbered(6)]);
      await until(() => first.state === 'retired');
      await second.waitFor(await store.head());
      assert.equal(await store.view('sums').get('a'), 121);
      // Who waits for the old version is told when the new one is there.
      await first.waitFor(await store.head());
    });

    it('of an old version does not run beside a newer one', async (test) => {
      const store = await emptyStore(test, create);
      const newer = store.project(sums({ version: 2 }));
      await store.append('a', [numbered(1)]);
      await newer.waitFor(await store.head());
      let handled = 0;
      const older = store.project(sums({ handle: () => void (handled += 1) }));
      await until(() => older.state === 'retired');
      assert.equal(handled, 0);
      assert.equal(await store.view('sums').get('a'), 1);
    });

    it('of one version runs once, and another takes over when it stops', async (test) => {
      const store = await emptyStore(test, create);
      const [first, second] = [store.project(sums()), store.project(sums())];
      await store.append('a', numberedUpTo(10));
      await Promise.all([first.waitFor(await store.head()), second.waitFor(await store.head())]);
      const [running, waiting] = first.state === 'standby' ? [second, first] : [first, second];
      await running.stop();
      await store.append('a', numberedUpTo(10));
      await waiting.waitFor(await store.head());
      assert.equal(await store.view('sums').get('a'), 110);
    });

    it('can’t have the name of a subscription', async (test) => {
      const store = await emptyStore(test, create);
      const errors: unknown[] = [];
      const subscription = store.subscribe({ name: 'taken', handle() {} });
      await store.append('a', [numbered(1)]);
      await subscription.waitFor(await store.head());
      try {
        store.project(sums({ name: 'taken', onError: (error) => errors.push(error) }));
        await until(() => errors.length > 0);
      } catch (error) {
        errors.push(error);
      }
      assert.match(String(errors[0]), /take another name/);
    });
  });
}
