import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { test } from 'node:test';
import fc from 'fast-check';
import { DeadlineExceeded, deriveContext, rootContext } from '../context/index.ts';
import { VirtualClock } from '../testing/index.ts';
import { BulkheadFullError, bulkhead, pipeline, timeout } from './index.ts';

test('never more calls under way than allowed, never more waiting, none lost, served in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        concurrency: fc.integer({ min: 1, max: 5 }),
        queue: fc.integer({ min: 0, max: 6 }),
        calls: fc.array(
          fc.record({
            gap: fc.nat({ max: 20 }),
            lasts: fc.nat({ max: 60 }),
            fails: fc.boolean(),
            isSync: fc.boolean(),
            leavesAfter: fc.option(fc.nat({ max: 80 })),
          }),
          { minLength: 1, maxLength: 60 },
        ),
      }),
      async ({ concurrency, queue, calls }) => {
        const clock = new VirtualClock();
        const places = bulkhead({ concurrency, queue, clock });
        let active = 0;
        let most = 0;
        const started: number[] = [];
        const outcomes: Promise<string>[] = [];
        for (const [index, { gap, lasts, fails, isSync, leavesAfter }] of calls.entries()) {
          await clock.advance(gap);
          const controller = new AbortController();
          if (leavesAfter !== null) clock.setTimeout(() => controller.abort(new Error('left')), leavesAfter);
          const work = async (): Promise<void> => {
            started.push(index);
            active++;
            most = Math.max(most, active);
            await clock.sleep(lasts);
            active--;
            if (fails) throw new Error('down');
          };
          const immediate = (): void => {
            started.push(index);
            most = Math.max(most, active + 1);
            if (fails) throw new Error('down');
          };
          const execute = isSync
            ? places.execute(immediate, { signal: controller.signal })
            : places.execute(work, { signal: controller.signal });
          outcomes.push(
            execute.then(
              () => 'done',
              (error: Error) => (error instanceof BulkheadFullError ? 'full' : error.message),
            ),
          );
          assert.ok((places.snapshot().gauges.waiting ?? 0) <= queue);
        }
        await clock.runAll();
        const seen = await Promise.all(outcomes);
        assert.equal(seen.length, calls.length);
        assert.equal(active, 0);
        assert.ok(most <= concurrency);
        assert.deepEqual(
          started,
          [...started].sort((one, other) => one - other),
        );
        const { counters, gauges } = places.snapshot();
        assert.deepEqual({ active: gauges.active, waiting: gauges.waiting }, { active: 0, waiting: 0 });
        assert.equal(counters.admitted, started.length);
        assert.equal(counters.rejected, seen.filter((outcome) => outcome === 'full').length);
        assert.equal(clock.pending, 0);
      },
    ),
    { numRuns: 150 },
  );
});

test('a wait longer than allowed ends with a rejection', async () => {
  const clock = new VirtualClock();
  const places = bulkhead({ concurrency: 1, queue: 5, maximumWait: 100, clock });
  const first = places.execute(() => clock.sleep(500));
  const second = assert.rejects(
    places.execute(() => assert.fail('must not run')),
    /no place within 100 ms/,
  );
  await clock.advance(500);
  await Promise.all([first, second]);
});

test('work that ignores its signal keeps its place inside a timeout, and gives it back outside', async () => {
  const deaf = (clock: VirtualClock) => (): Promise<void> => clock.sleep(1_000);
  for (const [order, active] of [
    ['inside', 1],
    ['outside', 0],
  ] as const) {
    const clock = new VirtualClock();
    const places = bulkhead({ concurrency: 1, clock });
    const limit = timeout({ after: 10, clock });
    const calls = pipeline(order === 'inside' ? [limit, places] : [places, limit]);
    const outcome = assert.rejects(calls.execute(deaf(clock)), /no answer/);
    await clock.advance(20);
    await outcome;
    assert.equal(places.snapshot().gauges.active, active, order);
    await clock.runAll();
    assert.equal(places.snapshot().gauges.active, 0, order);
  }
});

test('a place is given back by a call that was given up while something further in waited', async () => {
  const clock = new VirtualClock();
  const outer = bulkhead({ concurrency: 2, name: 'outer', clock });
  const inner = bulkhead({ concurrency: 1, queue: 1, name: 'inner', clock });
  const calls = pipeline([outer, timeout({ after: 10_000, clock }), inner]);
  const controller = new AbortController();
  const running = calls.execute(() => clock.sleep(1_000));
  let runs = 0;
  const waiting = assert.rejects(
    calls.execute(() => runs++, { signal: controller.signal }),
    /left/,
  );
  controller.abort(new Error('left'));
  await waiting;
  assert.deepEqual(outer.snapshot().gauges, { active: 1, waiting: 0, concurrency: 2 });
  await clock.runAll();
  await running;
  assert.equal(runs, 0);
});

test('a place that comes free at the very deadline is too late: the work does not begin, the place goes on', async () => {
  const clock = new VirtualClock();
  const places = bulkhead({ concurrency: 1, queue: 2, clock });
  const running = places.execute(() => clock.sleep(100));
  const context = deriveContext(rootContext, { timeout: 100, clock });
  let runs = 0;
  const late = assert.rejects(
    places.execute(() => runs++, { context }),
    DeadlineExceeded,
  );
  const next = places.execute(() => clock.now());
  await clock.runAll();
  await Promise.all([running, late]);
  assert.equal(await next, 100);
  assert.equal(runs, 0);
});

test('a call that has waited runs in its own asynchronous context', async () => {
  const clock = new VirtualClock();
  const storage = new AsyncLocalStorage<string>();
  const places = bulkhead({ concurrency: 1, queue: 3, clock });
  const run = (name: string): Promise<string | undefined> =>
    storage.run(name, () =>
      places.execute(async () => {
        await clock.sleep(10);
        return storage.getStore();
      }),
    );
  const outcomes = [run('first'), run('second'), run('third')];
  await clock.runAll();
  assert.deepEqual(await Promise.all(outcomes), ['first', 'second', 'third']);
});

test('a long queue of work that ends at once does not pile up on the stack', async () => {
  const clock = new VirtualClock();
  const places = bulkhead({ concurrency: 1, queue: 50_000, clock });
  const blocker = places.execute(() => clock.sleep(10));
  let runs = 0;
  const waiting = Array.from({ length: 50_000 }, () =>
    places.execute(() => {
      runs++;
    }),
  );
  await clock.advance(10);
  await Promise.all([blocker, ...waiting]);
  assert.equal(runs, 50_000);
});
