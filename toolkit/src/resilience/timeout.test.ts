import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import CircuitBreaker from 'opossum';
import {
  currentContext,
  DeadlineExceeded,
  deriveContext,
  rootContext,
  runInContext,
} from '../context/index.ts';
import { VirtualClock } from '../testing/index.ts';
import { pipeline, RejectedError, TimeoutError, timeout } from './index.ts';

const never = (): Promise<never> => new Promise(() => {});

test('work that takes too long is given up: the caller hears at once, the signal of that attempt aborts', async () => {
  const clock = new VirtualClock();
  const quick = timeout({ after: 100, clock });
  let signal: AbortSignal | undefined;
  const outcome = assert.rejects(
    quick.execute((attempt) => {
      signal = attempt.signal;
      return never();
    }),
    (error) => error instanceof TimeoutError && error.after === 100 && signal?.reason === error,
  );
  await clock.advance(99);
  assert.equal(signal?.aborted, false);
  await clock.advance(1);
  await outcome;
  assert.equal(quick.snapshot().counters['timedOut'], 1);
  await clock.runAll();
  assert.equal(clock.pending, 0);
});

test("one slow call's timeout cancels no other call (as it does in opossum)", async (t) => {
  const clock = new VirtualClock();
  const shared = timeout({ after: 100, clock });
  const signals: AbortSignal[] = [];
  const work =
    (milliseconds: number) =>
    async (attempt: { signal: AbortSignal }): Promise<string> => {
      signals.push(attempt.signal);
      await clock.sleep(milliseconds, attempt.signal);
      return `after ${milliseconds}`;
    };
  const slow = assert.rejects(shared.execute(work(5_000)), TimeoutError);
  await clock.advance(50);
  const healthy = shared.execute(work(90));
  await clock.advance(200);
  await slow;
  assert.equal(await healthy, 'after 90');
  assert.deepEqual(
    signals.map((signal) => signal.aborted),
    [true, false],
  );
  t.diagnostic(
    `opossum: ${await callsCancelledByOpossum(t)} of 1 other call was cancelled with the slow one`,
  );
});

/** How many other calls opossum's signal aborts when one call takes too long. */
async function callsCancelledByOpossum(t: TestContext): Promise<number> {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const abortController = new AbortController();
  const aborted: string[] = [];
  const work = (name: string): Promise<void> => {
    return new Promise((resolve) => {
      // The one signal that all calls under way have.
      abortController.signal.addEventListener('abort', () => {
        aborted.push(name);
        resolve();
      });
    });
  };
  const breaker = new CircuitBreaker(work, { timeout: 100, abortController, volumeThreshold: 100 });
  const slow = breaker.fire('slow').catch(() => {});
  t.mock.timers.tick(50);
  const healthy = breaker.fire('healthy').catch(() => {});
  t.mock.timers.tick(60);
  await Promise.all([slow, healthy]);
  breaker.shutdown();
  t.mock.timers.reset();
  return aborted.filter((name) => name === 'healthy').length;
}

test('the nearest of several timeouts counts, and its error is its own', async () => {
  const clock = new VirtualClock();
  const nested = pipeline([
    timeout({ after: 100, name: 'outer', clock }),
    timeout({ after: 300, name: 'inner', clock }),
  ]);
  const outcome = assert.rejects(nested.execute(never), { strategy: 'outer' });
  await clock.advance(100);
  await outcome;
  const turned = pipeline([
    timeout({ after: 300, name: 'outer', clock }),
    timeout({ after: 100, name: 'inner', clock }),
  ]);
  const other = assert.rejects(turned.execute(never), { strategy: 'inner' });
  await clock.advance(100);
  await other;
});

test('work is not begun after the deadline of its context, and is given up at it', async () => {
  const clock = new VirtualClock();
  const patient = timeout({ after: 10_000, clock });
  const context = deriveContext(rootContext, { timeout: 100, clock });
  let runs = 0;
  const work = (): Promise<never> => {
    runs++;
    return never();
  };
  const during = assert.rejects(patient.execute(work, { context }), DeadlineExceeded);
  await clock.advance(100);
  await during;
  await assert.rejects(patient.execute(work, { context }), DeadlineExceeded);
  assert.equal(runs, 1);
  await clock.runAll();
  assert.equal(clock.pending, 0);
});

test('work sees the nearer deadline: in the attempt, and in its current context when it takes no parameter', async () => {
  const clock = new VirtualClock();
  const quick = timeout({ after: 100, clock });
  const context = deriveContext(rootContext, { timeout: 5_000, tenant: 'acme', priority: 'high', clock });
  await runInContext(context, async () => {
    const seen = await quick.execute(() => currentContext());
    assert.equal(seen.deadline, clock.wall() + 100);
    assert.equal(seen.tenant, 'acme');
    assert.equal(seen.priority, 'high');
    const attempt = await quick.execute((given) => given);
    assert.equal(attempt.deadline, clock.wall() + 100);
    assert.equal(attempt.remaining(), 100);
    assert.equal(attempt.number, 1);
  });
});

test('an abort by the caller rejects at once with its reason, through its own signal and through the context', async () => {
  const clock = new VirtualClock();
  const quick = timeout({ after: 1_000, clock });
  const reason = new Error('the user went away');
  const controller = new AbortController();
  const direct = assert.rejects(quick.execute(never, { signal: controller.signal }), reason);
  const context = deriveContext(rootContext, { signal: controller.signal, clock });
  let inner: AbortSignal | undefined;
  const throughContext = assert.rejects(
    quick.execute(
      (attempt) => {
        inner = attempt.signal;
        return never();
      },
      { context },
    ),
    reason,
  );
  controller.abort(reason);
  await direct;
  await throughContext;
  assert.equal(inner?.reason, reason);
  await assert.rejects(quick.execute(never, { signal: controller.signal }), reason);
  assert.equal(quick.snapshot().counters['cancelled'], 2);
  await clock.runAll();
  assert.equal(clock.pending, 0);
});

test('rejections are errors without a stack trace', async () => {
  const clock = new VirtualClock();
  const outcome = timeout({ after: 1, name: 'stock', clock })
    .execute(never)
    .catch((error: unknown) => error);
  await clock.advance(1);
  const error = await outcome;
  assert.ok(error instanceof RejectedError);
  assert.equal(error.stack, 'TimeoutError: stock: no answer within 1 ms');
  assert.equal(String(error), 'TimeoutError: stock: no answer within 1 ms');
  assert.ok(new Error('own').stack?.includes('timeout.test.ts'), 'other errors keep theirs');
});

test('a result that comes late is counted and goes nowhere', async () => {
  const clock = new VirtualClock();
  const quick = timeout({ after: 100, clock });
  const outcome = assert.rejects(
    quick.execute(async () => clock.sleep(500)),
    TimeoutError,
  );
  await clock.advance(1_000);
  await outcome;
  assert.deepEqual(quick.snapshot().counters, {
    succeeded: 0,
    failed: 0,
    timedOut: 1,
    cancelled: 0,
    late: 1,
  });
});

test('a timeout that is no number above zero is refused', () => {
  for (const after of [0, -1, Number.NaN, '5' as unknown as number]) {
    assert.throws(() => timeout({ after }), /timeout\.after is .*: give it a number above 0/);
  }
});

test('a context derived from an attempt keeps its clock and what accompanies the work', async () => {
  const clock = new VirtualClock();
  const key = Symbol('companion');
  const context = deriveContext(rootContext, { clock, local: { [key]: 'kept' } });
  const outcome = timeout({ after: 100, clock }).execute(
    (attempt) => {
      const derived = deriveContext(attempt, { timeout: 40 });
      assert.equal(derived.local?.[key], 'kept');
      assert.equal(derived.deadline, clock.wall() + 40);
      return clock.sleep(60, derived.signal);
    },
    { context },
  );
  const rejected = assert.rejects(outcome, DeadlineExceeded);
  await clock.advance(40);
  await rejected;
});
