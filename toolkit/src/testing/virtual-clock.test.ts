import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { VirtualClock } from './virtual-clock.ts';

test('timers fire in the order of their due times, ties in the order of creation', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 50 }), { minLength: 1, maxLength: 60 }), async (delays) => {
      const clock = new VirtualClock();
      const fired: { delay: number; index: number; at: number }[] = [];
      delays.forEach((delay, index) => {
        clock.setTimeout(() => fired.push({ delay, index, at: clock.now() }), delay);
      });
      await clock.runAll();
      const expected = delays
        .map((delay, index) => ({ delay, index, at: delay }))
        .sort((a, b) => a.delay - b.delay || a.index - b.index);
      assert.deepEqual(fired, expected);
      assert.equal(clock.pending, 0);
    }),
    { numRuns: 50 },
  );
});

test('promises run to their end between two timers', async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  clock.setTimeout(async () => {
    for (let step = 0; step < 20; step++) await undefined;
    seen.push('first and all it set off');
  }, 1);
  clock.setTimeout(() => seen.push('second'), 1);
  await clock.advance(1);
  assert.deepEqual(seen, ['first and all it set off', 'second']);
});

test('advance fires timers that were set on the way and leaves later ones waiting', async () => {
  const clock = new VirtualClock();
  const seen: number[] = [];
  clock.setTimeout(() => {
    seen.push(clock.now());
    clock.setTimeout(() => seen.push(clock.now()), 5);
    clock.setTimeout(() => seen.push(clock.now()), 50);
  }, 10);
  await clock.advance(20);
  assert.deepEqual(seen, [10, 15]);
  assert.equal(clock.now(), 20);
  assert.equal(clock.nextDue, 60);
  assert.equal(clock.pending, 1);
});

test('a cleared timer never fires and is not counted', async () => {
  const clock = new VirtualClock();
  const timer = clock.setTimeout(() => assert.fail('fired'), 1);
  clock.clearTimeout(timer);
  clock.clearTimeout(undefined);
  assert.equal(clock.pending, 0);
  await clock.runAll();
  assert.equal(clock.now(), 0);
});

test('sleep ends in time, and an abort ends it at once without leaving a timer', async () => {
  const clock = new VirtualClock();
  const controller = new AbortController();
  const slept = clock.sleep(100);
  const aborted = clock.sleep(100, controller.signal);
  controller.abort(new Error('enough'));
  await assert.rejects(aborted, /enough/);
  await assert.rejects(clock.sleep(1, controller.signal), /enough/);
  assert.equal(clock.pending, 1);
  await clock.advance(100);
  await slept;
  assert.equal(clock.pending, 0);
});

test('wall time moves with monotonic time', async () => {
  const clock = new VirtualClock({ wall: Date.parse('2026-03-01T00:00:00Z'), now: 500 });
  await clock.advance(1000);
  assert.equal(clock.now(), 1500);
  assert.equal(new Date(clock.wall()).toISOString(), '2026-03-01T00:00:01.000Z');
});

test('a program that sets timers for ever is refused instead of hanging', async () => {
  const clock = new VirtualClock();
  const again = (): void => {
    clock.setTimeout(again, 1);
  };
  again();
  await assert.rejects(clock.runAll(100), /something sets timers for ever/);
});
