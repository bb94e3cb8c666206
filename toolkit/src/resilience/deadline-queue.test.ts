import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { VirtualClock } from '../testing/index.ts';
import { type Deadline, DeadlineQueue } from './deadline-queue.ts';

test('every deadline that is not removed expires once, in order, at its time; none is left', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          gap: fc.nat({ max: 300 }),
          delay: fc.oneof(fc.nat({ max: 2_000 }), fc.double({ min: 0, max: 500, noNaN: true })),
          removeAfter: fc.option(fc.nat({ max: 1_500 })),
        }),
        { minLength: 1, maxLength: 60 },
      ),
      async (entries) => {
        const clock = new VirtualClock();
        const queue = new DeadlineQueue(clock);
        const expired: { index: number; at: number; due: number }[] = [];
        const removed = new Set<number>();
        for (const [index, { gap, delay, removeAfter }] of entries.entries()) {
          await clock.advance(gap);
          const due = clock.now() + delay;
          const deadline: Deadline = {
            expiry: due,
            position: -1,
            expired: () => expired.push({ index, at: clock.now(), due }),
          };
          queue.add(deadline, clock.now());
          if (removeAfter !== null) {
            clock.setTimeout(() => {
              if (deadline.position >= 0) removed.add(index);
              queue.remove(deadline);
              queue.remove(deadline);
            }, removeAfter);
          }
        }
        await clock.runAll();
        assert.equal(expired.length + removed.size, entries.length);
        for (const { index, at, due } of expired) {
          assert.ok(!removed.has(index));
          assert.equal(at, due);
        }
        assert.deepEqual(
          expired.map(({ due }) => due),
          expired.map(({ due }) => due).sort((one, other) => one - other),
        );
        assert.equal(clock.pending, 0);
      },
    ),
    { numRuns: 200 },
  );
});

test('many deadlines share one timer', async () => {
  const clock = new VirtualClock();
  const queue = new DeadlineQueue(clock);
  let expired = 0;
  for (let index = 0; index < 1_000; index++) {
    queue.add({ expiry: 100 + (index % 7), position: -1, expired: () => expired++ }, 0);
  }
  assert.equal(clock.pending, 1);
  await clock.runAll();
  assert.equal(expired, 1_000);
});
