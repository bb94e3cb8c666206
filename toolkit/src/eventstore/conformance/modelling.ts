import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { beginning, type ExpectedVersion, type NewEvent } from '../event.ts';
import type { EventStore } from '../event-store.ts';
import { emptyStore, numbered, readSettled, type StoreFactory } from './setting.ts';

/** The simplest thing that could be right. */
class Model {
  readonly log: { streamId: string; id: string; data: number }[] = [];

  stream(streamId: string) {
    return this.log.filter((event) => event.streamId === streamId);
  }

  /** The code of the error to be expected, or the version. */
  append(
    streamId: string,
    ids: readonly string[],
    first: number,
    expected: ExpectedVersion,
  ): string | number {
    const stream = this.stream(streamId);
    const start = stream.findIndex(({ id }) => id === ids[0]);
    if (start >= 0 && ids.every((id, index) => stream[start + index]?.id === id)) return start + ids.length;
    if (ids.some((id) => this.log.some((event) => event.id === id))) return 'EVENT_ID_CONFLICT';
    const version = stream.length;
    const isAsExpected =
      expected === 'any' ||
      (expected === 'exists' ? version > 0 : version === (expected === 'none' ? 0 : expected));
    if (!isAsExpected) return 'CONCURRENCY_CONFLICT';
    for (const [index, id] of ids.entries()) this.log.push({ streamId, id, data: first + index });
    return version + ids.length;
  }
}

const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

const command = fc.record({
  stream: fc.constantFrom('a', 'b', 'c'),
  ids: fc.uniqueArray(fc.nat(12), { minLength: 1, maxLength: 3 }),
  expected: fc.oneof(
    { weight: 3, arbitrary: fc.constant<ExpectedVersion>('any') },
    { weight: 2, arbitrary: fc.constantFrom<ExpectedVersion>('none', 'exists') },
    { weight: 3, arbitrary: fc.nat(5) as fc.Arbitrary<ExpectedVersion> },
  ),
});

export function modelling<Transaction extends object>(create: StoreFactory<Transaction>): void {
  describe('any sequence of appends', () => {
    it('leaves the store as a simple model says', async (test) => {
      await fc.assert(
        fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 12 }), async (commands) => {
          const store = await emptyStore(test, create);
          const model = new Model();
          for (const [index, { stream, ids, expected }] of commands.entries()) {
            const first = index * 10;
            const events = ids.map((id, offset) => ({ ...numbered(first + offset), id: uuid(id) }));
            const outcome = await store.append(stream, events, { expectedVersion: expected }).then(
              (result) => result.version,
              (error: { code?: unknown }) => error.code,
            );
            assert.equal(outcome, model.append(stream, ids.map(uuid), first, expected));
          }
          await compare(store, model);
          await store.close();
        }),
        { numRuns: 30 },
      );
    });
  });
}

async function compare<Transaction extends object>(
  store: EventStore<NewEvent, Transaction>,
  model: Model,
): Promise<void> {
  const { events, complete } = await readSettled(store, { after: beginning });
  assert.equal(complete, true);
  assert.deepEqual(
    events.map(({ streamId, id, data }) => ({ streamId, id, data })),
    model.log,
  );
  for (const streamId of ['a', 'b', 'c']) {
    const stream = await store.read(streamId);
    assert.deepEqual(
      stream.map(({ version, data }) => [version, data]),
      model.stream(streamId).map(({ data }, index) => [index + 1, data]),
    );
  }
}
