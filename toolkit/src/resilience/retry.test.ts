import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import * as cockatiel from 'cockatiel';
import fc from 'fast-check';
import { DeadlineExceeded, deriveContext, rootContext, runInContext } from '../context/index.ts';
import { seededRandom, VirtualClock } from '../testing/index.ts';
import {
  type GiveUpCause,
  isRetry,
  pipeline,
  type ResilienceEvent,
  retry,
  retryBudget,
  TimeoutError,
  timeout,
  wasRetried,
} from './index.ts';

test('work is tried until it succeeds, at most as often as allowed, with waits below the backoff', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        attempts: fc.integer({ min: 1, max: 6 }),
        failures: fc.integer({ min: 0, max: 8 }),
        delay: fc.integer({ min: 0, max: 200 }),
        maximumDelay: fc.integer({ min: 0, max: 500 }),
        seed: fc.nat(),
      }),
      async ({ attempts, failures, delay, maximumDelay, seed }) => {
        const clock = new VirtualClock();
        const times: number[] = [];
        const stubborn = retry({
          attempts,
          delay,
          maximumDelay,
          budget: false,
          random: seededRandom(seed),
          clock,
        });
        const outcome = stubborn
          .execute((attempt) => {
            times.push(clock.now());
            assert.equal(attempt.number, times.length);
            if (times.length <= failures) throw new Error(`failure ${times.length}`);
            return 'done';
          })
          .catch((error: Error) => error.message);
        await clock.runAll();
        const runs = Math.min(attempts, failures + 1);
        assert.equal(await outcome, failures < attempts ? 'done' : `failure ${attempts}`);
        assert.equal(times.length, runs);
        for (let index = 1; index < times.length; index++) {
          const wait = (times[index] ?? 0) - (times[index - 1] ?? 0);
          assert.ok(wait >= 0 && wait <= Math.min(maximumDelay, delay * 2 ** (index - 1)) + 1e-9);
        }
        assert.equal(clock.pending, 0);
      },
    ),
    { numRuns: 100 },
  );
});

test('jitter is full: waits spread evenly over the whole range', async () => {
  const clock = new VirtualClock();
  const random = seededRandom('jitter');
  const waits: number[] = [];
  for (let round = 0; round < 400; round++) {
    const started = clock.now();
    const outcome = retry({ attempts: 2, delay: 100, random, clock }).execute((attempt) => {
      if (attempt.number === 1) throw new Error('again');
      waits.push(clock.now() - started);
    });
    await clock.advance(100);
    await outcome;
  }
  assert.equal(waits.length, 400);
  for (const quarter of [0, 25, 50, 75]) {
    const share = waits.filter((wait) => wait >= quarter && wait < quarter + 25).length / waits.length;
    assert.ok(share > 0.15 && share < 0.35, `${share} of the waits between ${quarter} and ${quarter + 25}`);
  }
});

test('an abort during the backoff ends the call at once, and no try follows (as one does in cockatiel)', async (t) => {
  const clock = new VirtualClock();
  const controller = new AbortController();
  let runs = 0;
  const stubborn = retry({ attempts: 5, delay: 1_000, random: () => 0.999, clock });
  const work = (): never => {
    runs++;
    throw new Error('down');
  };
  const contexts = [
    { signal: controller.signal },
    { context: deriveContext(rootContext, { signal: controller.signal, clock }) },
  ];
  const outcomes = contexts.map((options) => assert.rejects(stubborn.execute(work, options), /gave up/));
  await clock.advance(10);
  assert.equal(runs, 2);
  controller.abort(new Error('gave up'));
  await Promise.all(outcomes);
  await clock.runAll();
  assert.equal(runs, 2);
  assert.equal(clock.pending, 0);
  assert.equal(stubborn.snapshot().counters['cancelled'], 2);
  t.diagnostic(`cockatiel: ${await triesOfCockatielAfterAbort(t)} try after the same abort`);
});

/** How often cockatiel tries on when the call is aborted while it waits for the second try. */
async function triesOfCockatielAfterAbort(t: TestContext): Promise<number> {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const controller = new AbortController();
  let runs = 0;
  const policy = cockatiel.retry(cockatiel.handleAll, {
    maxAttempts: 5,
    backoff: new cockatiel.ConstantBackoff(1_000),
  });
  const outcome = policy.execute(() => {
    runs++;
    throw new Error('down');
  }, controller.signal);
  // Until it waits.
  await new Promise((resolve) => policy.onRetry(resolve));
  controller.abort();
  t.mock.timers.tick(10_000);
  await outcome.catch(() => {});
  t.mock.timers.reset();
  return runs - 1;
}

test('an abort while a try is running is not followed by another try', async () => {
  const clock = new VirtualClock();
  const controller = new AbortController();
  let runs = 0;
  const outcome = retry({ attempts: 5, delay: 10, clock }).execute(
    async () => {
      runs++;
      await clock.sleep(100);
      throw new Error('down');
    },
    { signal: controller.signal },
  );
  await clock.advance(50);
  controller.abort(new Error('gave up'));
  await assert.rejects(outcome, /gave up/);
  await clock.runAll();
  assert.equal(runs, 1);
});

test('a wait that would outlast the deadline is not begun', async () => {
  const clock = new VirtualClock();
  const context = deriveContext(rootContext, { timeout: 500, clock });
  const stubborn = retry({ attempts: 5, delay: 1_000, random: () => 0.9, clock });
  const causes: GiveUpCause[] = [];
  stubborn.subscribe((event) => event.type === 'gave-up' && causes.push(event.cause));
  const outcome = stubborn.execute(
    () => {
      throw new Error('down');
    },
    { context },
  );
  await assert.rejects(outcome, /down/);
  assert.equal(clock.now(), 0);
  assert.deepEqual(causes, ['deadline']);
});

test('what an error says about itself is heeded', async () => {
  const clock = new VirtualClock();
  const tries = async (error: unknown): Promise<number> => {
    let runs = 0;
    const outcome = retry({ attempts: 3, clock }).execute(() => {
      runs++;
      throw error;
    });
    await Promise.all([assert.rejects(async () => outcome, error as Error), clock.runAll()]);
    return runs;
  };
  assert.equal(await tries(new Error('plain')), 3);
  assert.equal(await tries(Object.assign(new Error('conflict'), { retryable: false })), 1);
  assert.equal(await tries(new DOMException('stopped', 'AbortError')), 1);
  assert.equal(await tries(new DeadlineExceeded(0)), 1);
  assert.equal(await tries(new TimeoutError('inner', 5)), 3);

  const started = clock.now();
  const outcome = retry({ attempts: 2, clock }).execute((attempt) => {
    if (attempt.number === 1) throw Object.assign(new Error('busy'), { retryAfter: 700 });
    return clock.now();
  });
  await clock.runAll();
  assert.equal((await outcome) - started, 700);
});

test('retries stay within the budget, whatever fails when', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        ratio: fc.double({ min: 0, max: 1, noNaN: true }),
        reserve: fc.integer({ min: 0, max: 20 }),
        // Per call, how many of its tries fail.
        calls: fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 200 }),
      }),
      async ({ ratio, reserve, calls }) => {
        const clock = new VirtualClock();
        const budget = retryBudget({ ratio, reserve });
        const stubborn = retry({ attempts: 4, delay: 0, budget, clock });
        let runs = 0;
        let firstSuccesses = 0;
        for (const failures of calls) {
          const outcome = stubborn
            .execute((attempt) => {
              runs++;
              if (attempt.number <= failures) throw new Error('down');
              if (attempt.number === 1) firstSuccesses++;
            })
            .catch(() => undefined);
          await clock.runAll();
          await outcome;
          assert.ok(budget.available >= 0 && budget.available <= reserve);
        }
        assert.ok(runs - calls.length <= reserve + ratio * firstSuccesses + 1e-6);
      },
    ),
    { numRuns: 60 },
  );
});

test('a total outage sees hardly more than the calls themselves', async () => {
  const clock = new VirtualClock();
  const stubborn = retry({ attempts: 3, delay: 10, clock });
  let runs = 0;
  const calls = Array.from({ length: 1_000 }, () =>
    stubborn
      .execute(() => {
        runs++;
        throw new Error('down');
      })
      .catch(() => undefined),
  );
  await clock.runAll();
  await Promise.all(calls);
  assert.equal(runs, 1_010);
  assert.equal(stubborn.snapshot().counters.gaveUpBudget, 1_000);
});

test('a retry runs in a context that is marked as one, and an error that was retried is marked too', async () => {
  const clock = new VirtualClock();
  const marks: boolean[] = [];
  const failure = new Error('down');
  const outcome = retry({ attempts: 2, clock }).execute((attempt) => {
    marks.push(isRetry(attempt, clock));
    throw failure;
  });
  await Promise.all([assert.rejects(outcome, failure), clock.runAll()]);
  assert.deepEqual(marks, [false, true]);
  assert.ok(wasRetried(failure));
  assert.ok(wasRetried(new Error('outer', { cause: failure })));
  assert.ok(!wasRetried(new Error('another')));
});

test('what is done for a request that was sent again is not tried again', async () => {
  const clock = new VirtualClock();
  const stubborn = retry({ attempts: 3, delay: 0, clock });
  let runs = 0;
  const inner = (): Promise<never> =>
    stubborn.execute(() => {
      runs++;
      throw new Error('down');
    });
  const outcome = retry({ attempts: 2, delay: 0, clock, budget: false, retryOn: () => true }).execute(
    async (attempt) => {
      if (attempt.number === 1) throw new Error('lost on the way');
      return runInContext(attempt, inner);
    },
  );
  await Promise.all([assert.rejects(outcome, /down/), clock.runAll()]);
  assert.equal(runs, 1);
  assert.equal(stubborn.snapshot().counters.gaveUpIsRetry, 1);
});

test('the mark of a retry is forgotten after a minute', async () => {
  const clock = new VirtualClock();
  const outcome = retry({ attempts: 2, delay: 0, clock }).execute((attempt) => {
    if (attempt.number === 1) throw new Error('again');
    return attempt.baggage;
  });
  await clock.advance(59_000);
  const marked = await outcome;
  assert.ok(isRetry({ baggage: marked }, clock));
  await clock.advance(2_000);
  assert.ok(!isRetry({ baggage: marked }, clock));
});

test('a timeout inside cancels one try, and the next has a fresh signal', async () => {
  const clock = new VirtualClock();
  const signals: AbortSignal[] = [];
  const calls = pipeline([retry({ attempts: 3, delay: 0, clock }), timeout({ after: 100, clock })]);
  const outcome = calls.execute(async (attempt) => {
    signals.push(attempt.signal);
    if (attempt.number < 3) await clock.sleep(10_000, attempt.signal);
    return 'third';
  });
  await clock.advance(200);
  assert.equal(await outcome, 'third');
  assert.deepEqual(
    signals.map((signal) => signal.aborted),
    [true, true, false],
  );
});

test('a timeout outside ends everything, waits included', async () => {
  const clock = new VirtualClock();
  let runs = 0;
  const calls = pipeline([
    timeout({ after: 100, clock }),
    retry({ attempts: 9, delay: 60, maximumDelay: 60, random: () => 0.99, clock }),
  ]);
  const outcome = assert.rejects(
    calls.execute(async () => {
      runs++;
      await clock.sleep(30);
      throw new Error('down');
    }),
    (error) => error instanceof TimeoutError || /down/.test(String(error)),
  );
  await clock.runAll();
  await outcome;
  assert.equal(runs, 2);
  assert.ok(clock.now() < 500);
});

test('a predicate that throws fails the call with what it threw', async () => {
  const clock = new VirtualClock();
  const outcome = retry({
    clock,
    retryOn: () => {
      throw new Error('broken predicate');
    },
  }).execute(() => {
    throw new Error('down');
  });
  await assert.rejects(outcome, /broken predicate/);
});

test('observers hear of each retry and of the end, and one that throws does no harm', async (t) => {
  const clock = new VirtualClock();
  const stubborn = retry({ attempts: 2, delay: 100, random: () => 0.5, clock });
  const events: ResilienceEvent[] = [];
  const warnings: unknown[] = [];
  t.mock.method(process, 'emitWarning', (warning: unknown) => warnings.push(warning));
  stubborn.subscribe(() => {
    throw new Error('broken observer');
  });
  const unsubscribe = stubborn.subscribe((event) => events.push(event));
  const failure = new Error('down');
  const run = async (): Promise<void> => {
    const outcome = stubborn.execute(() => {
      throw failure;
    });
    await Promise.all([assert.rejects(outcome, failure), clock.runAll()]);
  };
  await run();
  unsubscribe();
  await run();
  assert.deepEqual(events, [
    { type: 'retrying', strategy: 'retry', attempt: 2, delay: 50, error: failure },
    { type: 'gave-up', strategy: 'retry', attempts: 2, cause: 'attempts', error: failure },
  ]);
  assert.ok(warnings.length > 0);
});
