import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deriveContext, rootContext, runInContext } from '../../context/index.ts';
import { ConcurrencyConflict, EventIdConflict, InvalidInput } from '../errors.ts';
import type { ExpectedVersion } from '../event.ts';
import { createEventId } from '../event-id.ts';
import { emptyStore, numbered, numberedUpTo, readSettled, type StoreFactory } from './setting.ts';

export function appending<Transaction extends object>(create: StoreFactory<Transaction>): void {
  describe('appending', () => {
    it('gives each stream versions without gaps, and positions that grow', async (test) => {
      const store = await emptyStore(test, create);
      const first = await store.append('a', numberedUpTo(2));
      const second = await store.append('b', numberedUpTo(1));
      const third = await store.append('a', numberedUpTo(3));
      assert.deepEqual([first.version, second.version, third.version], [2, 1, 5]);
      assert.ok(first.position < second.position && second.position < third.position);
      assert.equal(await store.head(), third.position);
    });

    const rules: [ExpectedVersion, { empty: boolean; atTwo: boolean }][] = [
      ['any', { empty: true, atTwo: true }],
      ['none', { empty: true, atTwo: false }],
      ['exists', { empty: false, atTwo: true }],
      [0, { empty: true, atTwo: false }],
      [1, { empty: false, atTwo: false }],
      [2, { empty: false, atTwo: true }],
      [3, { empty: false, atTwo: false }],
      [3_000_000_000, { empty: false, atTwo: false }],
    ];
    const mapping = ({ streamId }: { readonly streamId: string }) => ({ topic: 't', key: streamId });
    const cases = rules.flatMap((rule) => [undefined, mapping].map((outbox) => [...rule, outbox] as const));
    for (const [expectedVersion, allowed, outbox] of cases) {
      const title = `with the expected version ${expectedVersion}${outbox ? ' and a message' : ''} looks at the stream`;
      it(title, async (test) => {
        const store = await emptyStore(test, create, { ...(outbox && { outbox }) });
        await store.append('present', numberedUpTo(2));
        let messages = outbox ? 2 : 0;
        for (const [streamId, isAllowed, version] of [
          ['absent', allowed.empty, 0],
          ['present', allowed.atTwo, 2],
        ] as const) {
          const append = store.append(streamId, [numbered(9)], { expectedVersion });
          if (isAllowed) {
            const { version: appended, position } = await append;
            assert.equal(appended, version + 1);
            assert.equal((await store.read(streamId)).at(-1)?.position, position);
            if (outbox) messages += 1;
          } else {
            await assert.rejects(append, (error) => {
              assert.ok(error instanceof ConcurrencyConflict);
              assert.equal(error.code, 'CONCURRENCY_CONFLICT');
              assert.deepEqual(
                [error.streamId, error.expectedVersion, error.actualVersion],
                [streamId, expectedVersion, version],
              );
              return true;
            });
            assert.equal((await store.read(streamId)).length, version);
          }
        }
        assert.equal(await store.outbox.depth(), messages);
      });
    }

    it('lets exactly one of many create a stream', async (test) => {
      const store = await emptyStore(test, create);
      const outcomes = await Promise.allSettled(
        numberedUpTo(16).map((event) => store.append('contested', [event], { expectedVersion: 'none' })),
      );
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      assert.equal(refused.length, 15);
      assert.ok(refused.every(({ reason }) => reason instanceof ConcurrencyConflict));
      assert.equal((await store.read('contested')).length, 1);
    });

    it('stores each event of appends at the same time, whatever streams they are for', async (test) => {
      const store = await emptyStore(test, create);
      await Promise.all(numberedUpTo(200).map((event) => store.append(`s${event.data % 7}`, [event, event])));
      const page = await readSettled(store, { limit: 1_000 });
      assert.equal(page.events.length, 400);
      const versions = new Map<string, number>();
      for (const event of page.events) {
        assert.equal(event.version, (versions.get(event.streamId) ?? 0) + 1);
        versions.set(event.streamId, event.version);
      }
    });

    it('of the same ids again changes nothing and gives the first result', async (test) => {
      const store = await emptyStore(test, create);
      const events = numberedUpTo(3).map((event) => ({ ...event, id: createEventId() }));
      const first = await store.append('a', events, { expectedVersion: 'none' });
      await store.append('a', [numbered(4)]);
      const repetition = { ...first, repeated: true };
      assert.deepEqual(await store.append('a', events, { expectedVersion: 'none' }), repetition);
      assert.deepEqual(await store.append('a', events), repetition);
      assert.deepEqual(await store.append('a', events, { expectedVersion: 4 }), repetition);
      assert.equal((await store.read('a')).length, 4);
    });

    it('of the same ids at the same time happens once', async (test) => {
      const store = await emptyStore(test, create);
      const event = { ...numbered(1), id: createEventId() };
      const results = await Promise.all(Array.from({ length: 10 }, () => store.append('a', [event])));
      assert.equal(results.filter(({ repeated }) => !repeated).length, 1);
      assert.equal(new Set(results.map(({ position }) => position)).size, 1);
      assert.equal((await store.read('a')).length, 1);
    });

    it('refuses ids that belong to other events', async (test) => {
      const store = await emptyStore(test, create);
      const [one, two] = [createEventId(), createEventId()];
      await store.append('a', [{ ...numbered(1), id: one }]);
      const first = { ...numbered(1), id: one };
      const second = { ...numbered(2), id: two };
      const attempts = [
        ['b', [first]],
        ['a', [first, second]],
        ['a', [second, first]],
      ] as const;
      for (const [streamId, events] of attempts) {
        await assert.rejects(store.append(streamId, events), (error) => {
          assert.ok(error instanceof EventIdConflict);
          assert.deepEqual(error.eventIds, [one]);
          return true;
        });
      }
      assert.equal((await readSettled(store)).events.length, 1);
    });

    it('names every violation of what it is given', async (test) => {
      const store = await emptyStore(test, create);
      const circular: { self?: unknown } = {};
      circular.self = circular;
      const invalid = store.append(
        '',
        [
          { type: '', data: undefined, id: 'x' },
          { type: 'T', data: circular, schemaVersion: 0 },
        ],
        { expectedVersion: -1 },
      );
      await assert.rejects(invalid, (error) => {
        assert.ok(error instanceof InvalidInput);
        const wanted = [
          /^streamId: ""/,
          /^expectedVersion: -1/,
          /^events\[0\]\.type/,
          /^events\[0\]\.id: "x" is not a UUID/,
          /^events\[0\]\.data: undefined/,
          /^events\[1\]\.schemaVersion: 0/,
          /^events\[1\]\.data: .*circular/,
        ];
        for (const pattern of wanted) {
          assert.ok(
            error.violations.some((violation) => pattern.test(violation)),
            String(pattern),
          );
        }
        assert.equal(error.violations.length, wanted.length);
        return true;
      });
      await assert.rejects(store.append('a', []), /at least one/);
      await assert.rejects(store.append('a\0', [numbered(1)]), InvalidInput);
    });

    it('keeps what JSON keeps, exactly', async (test) => {
      const store = await emptyStore(test, create);
      const data = {
        z: 1,
        a: 'quotes " \\ and \u0000 and \ud800 and 😀',
        nested: [null, true, 1e300, -0.1, { '': '' }],
        10: 'after',
      };
      await store.append('a', [{ type: 'T', data, metadata: { 'x-y': 'ü"\\' } }]);
      const [event] = await store.read('a');
      assert.equal(JSON.stringify(event?.data), JSON.stringify(data));
      assert.deepEqual(event?.metadata, { 'x-y': 'ü"\\' });
    });

    it('keeps the context, without its deadline', async (test) => {
      const store = await emptyStore(test, create);
      const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 1 };
      const context = deriveContext(rootContext, { tenant: 'acme', trace, timeout: 60_000 });
      await runInContext(context, () => store.append('a', [numbered(1)], { metadata: { cause: 'test' } }));
      const [event] = await store.read('a');
      assert.deepEqual(event?.metadata, {
        'request-tenant': 'acme',
        traceparent: `00-${trace.traceId}-${trace.spanId}-01`,
        cause: 'test',
      });
    });

    it('does nothing for a context that is over', async (test) => {
      const store = await emptyStore(test, create);
      const late = deriveContext(rootContext, { timeout: 0 });
      await assert.rejects(store.append('a', [numbered(1)], { context: late }), {
        code: 'DEADLINE_EXCEEDED',
      });
      const gone = deriveContext(rootContext, { signal: AbortSignal.abort(new Error('gone')) });
      await assert.rejects(store.append('a', [numbered(1)], { context: gone }), /gone/);
      assert.deepEqual(await store.read('a'), []);
    });
  });
}
