import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { VirtualClock } from '../testing/index.ts';
import { hedging, pipeline, retry } from './index.ts';

test('the first success wins, the others are cancelled, and there are never more attempts than allowed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        attempts: fc.integer({ min: 2, max: 4 }),
        after: fc.nat({ max: 100 }),
        behaviours: fc.array(fc.record({ lasts: fc.nat({ max: 400 }), fails: fc.boolean() }), {
          minLength: 4,
          maxLength: 4,
        }),
      }),
      async ({ attempts, after, behaviours }) => {
        const clock = new VirtualClock();
        const hedge = hedging({ after, attempts, budget: false, clock });
        const signals: AbortSignal[] = [];
        const ends: { number: number; at: number; failed: boolean }[] = [];
        const outcome = hedge
          .execute(async (attempt) => {
            signals.push(attempt.signal);
            assert.equal(attempt.number, signals.length);
            const behaviour = behaviours[attempt.number - 1] ?? { lasts: 0, fails: true };
            await clock.sleep(behaviour.lasts, attempt.signal);
            ends.push({ number: attempt.number, at: clock.now(), failed: behaviour.fails });
            if (behaviour.fails) throw new Error(`failure ${attempt.number}`);
            return attempt.number;
          })
          .catch((error: Error) => error.message);
        await clock.runAll();
        const seen = await outcome;
        assert.ok(signals.length <= attempts);
        const winner = ends.find(({ failed }) => !failed);
        if (winner === undefined) {
          assert.equal(seen, `failure ${ends.at(-1)?.number}`);
          assert.equal(ends.length, signals.length);
        } else {
          assert.equal(seen, winner.number);
          for (const [index, signal] of signals.entries()) {
            const ended = ends.some(({ number }) => number === index + 1);
            assert.equal(signal.aborted, !ended);
          }
        }
        assert.equal(clock.pending, 0);
      },
    ),
    { numRuns: 150 },
  );
});

test('a fast answer starts no second attempt', async () => {
  const clock = new VirtualClock();
  const hedge = hedging({ after: 50, clock });
  const outcome = hedge.execute(() => clock.sleep(49));
  await clock.runAll();
  await outcome;
  assert.deepEqual(hedge.snapshot().counters, {
    succeeded: 1,
    failed: 0,
    cancelled: 0,
    hedges: 0,
    hedgesWon: 0,
    withoutBudget: 0,
  });
});

test('additional load stays within the budget', async () => {
  const clock = new VirtualClock();
  const hedge = hedging({ after: 10, budget: { ratio: 0.1, reserve: 5 }, clock });
  let runs = 0;
  const calls = Array.from({ length: 500 }, () =>
    hedge.execute(() => {
      runs++;
      return clock.sleep(100);
    }),
  );
  await clock.runAll();
  await Promise.all(calls);
  assert.equal(runs, 505);
});

test('a retry is not hedged: repetitions do not multiply', async () => {
  const clock = new VirtualClock();
  let runs = 0;
  const calls = pipeline([retry({ attempts: 2, delay: 0, clock }), hedging({ after: 10, clock })]);
  const outcome = calls.execute(async (attempt) => {
    runs++;
    await clock.sleep(5, attempt.signal);
    if (runs === 1) throw new Error('down');
    await clock.sleep(100, attempt.signal);
    return 'second';
  });
  await clock.runAll();
  assert.equal(await outcome, 'second');
  assert.equal(runs, 2);
});

test('an abort by the caller cancels every attempt', async () => {
  const clock = new VirtualClock();
  const hedge = hedging({ after: 10, clock });
  const controller = new AbortController();
  const signals: AbortSignal[] = [];
  const outcome = assert.rejects(
    hedge.execute(
      (attempt) => {
        signals.push(attempt.signal);
        return clock.sleep(1_000, attempt.signal);
      },
      { signal: controller.signal },
    ),
    /left/,
  );
  await clock.advance(20);
  controller.abort(new Error('left'));
  await outcome;
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true, true],
  );
  await clock.runAll();
  assert.equal(hedge.snapshot().counters.cancelled, 1);
});
