import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deriveContext, rootContext } from '../context/index.ts';
import { VirtualClock } from '../testing/index.ts';
import { RateLimitedError, rateLimit } from './index.ts';

test('in no stretch of time do more calls pass than burst and rate allow; who is told to wait passes after that', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        rate: fc.integer({ min: 1, max: 50 }),
        burst: fc.integer({ min: 1, max: 10 }),
        maximumWait: fc.constantFrom(0, 0, 100, 1_000),
        gaps: fc.array(fc.nat({ max: 120 }), { minLength: 1, maxLength: 80 }),
      }),
      async ({ rate, burst, maximumWait, gaps }) => {
        const clock = new VirtualClock();
        const limit = rateLimit({ rate, burst, maximumWait, clock });
        const passed: number[] = [];
        const calls = [];
        for (const gap of gaps) {
          await clock.advance(gap);
          const asked = clock.now();
          calls.push(
            limit
              .execute(() => passed.push(clock.now()))
              .then(
                () => assert.ok((passed.at(-1) ?? 0) - asked <= maximumWait + 1),
                (error: unknown) => {
                  assert.ok(error instanceof RateLimitedError);
                  assert.ok((error.retryAfter ?? 0) > maximumWait);
                },
              ),
          );
        }
        await clock.runAll();
        await Promise.all(calls);
        for (const [index, start] of passed.entries()) {
          for (let other = index; other < passed.length; other++) {
            const length = (passed[other] ?? 0) - start;
            assert.ok(other - index + 1 <= burst + (length * rate) / 1_000 + 1e-6);
          }
        }
        assert.equal(clock.pending, 0);
      },
    ),
    { numRuns: 100 },
  );
});

test('a call refused is let in after the time it was told', async () => {
  const clock = new VirtualClock();
  const limit = rateLimit({ rate: 10, burst: 1, clock });
  await limit.execute(() => 1);
  const error = await limit.execute(() => 2).catch((reason: unknown) => reason);
  assert.ok(error instanceof RateLimitedError);
  assert.equal(error.retryAfter, 100);
  await clock.advance(99);
  await assert.rejects(
    limit.execute(() => 2),
    RateLimitedError,
  );
  await clock.advance(1);
  assert.equal(await limit.execute(() => 3), 3);
  assert.equal(limit.snapshot().gauges.available, 0);
});

test('a call that leaves the queue gives its turn back; one whose deadline is nearer than its turn does not wait', async () => {
  const clock = new VirtualClock();
  const limit = rateLimit({ rate: 10, burst: 1, maximumWait: 1_000, clock });
  await limit.execute(() => 1);
  const controller = new AbortController();
  let runs = 0;
  const leaving = assert.rejects(
    limit.execute(() => runs++, { signal: controller.signal }),
    /left/,
  );
  controller.abort(new Error('left'));
  await leaving;
  const context = deriveContext(rootContext, { timeout: 50, clock });
  await assert.rejects(
    limit.execute(() => 2, { context }),
    RateLimitedError,
  );
  const next = limit.execute(() => clock.now());
  await clock.runAll();
  assert.equal(await next, 100);
  assert.equal(runs, 0);
});
