import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deriveContext, rootContext } from '../context/index.ts';
import { VirtualClock } from '../testing/index.ts';
import {
  BulkheadFullError,
  CircuitOpenError,
  type CircuitState,
  circuitBreaker,
  pipeline,
  type ResilienceEvent,
  retry,
  timeout,
} from './index.ts';

const settings = { failureRate: 0.5, slowRate: 0.6, window: 1_000, minimumCalls: 4, openFor: 500, trials: 3 };
const slowAfter = 100;

/** The breaker as its documentation tells it, without a thought for speed: every outcome kept with its time. */
class Model {
  state: CircuitState = 'closed';
  since = 0;
  generation = 0;
  outcomes: { at: number; failed: boolean; slow: boolean }[] = [];
  taken = 0;
  trials: { failed: boolean; slow: boolean }[] = [];

  admits(now: number): boolean {
    if (this.state === 'open' && now - this.since >= settings.openFor) this.become('half-open', now);
    if (this.state === 'closed') return true;
    if (this.state === 'open') return false;
    if (this.taken < settings.trials) {
      this.taken++;
      return true;
    }
    if (now - this.since >= settings.openFor) this.become('open', now);
    return false;
  }

  end(generation: number, now: number, failed: boolean, slow: boolean): void {
    if (generation !== this.generation) return;
    if (this.state === 'closed') {
      this.outcomes.push({ at: now, failed, slow });
      // The window moves on in tenths.
      const step = settings.window / 10;
      const oldest = (Math.floor(now / step) - 9) * step;
      this.outcomes = this.outcomes.filter(({ at }) => at >= oldest);
      if (this.outcomes.length >= settings.minimumCalls && this.isBad(this.outcomes, this.outcomes.length)) {
        this.become('open', now);
      }
    } else if (this.state === 'half-open') {
      this.trials.push({ failed, slow });
      if (this.isBad(this.trials, settings.trials)) this.become('open', now);
      else if (this.trials.length >= settings.trials) this.become('closed', now);
    }
  }

  isBad(outcomes: { failed: boolean; slow: boolean }[], total: number): boolean {
    const failures = outcomes.filter(({ failed }) => failed).length;
    const slowCalls = outcomes.filter(({ slow }) => slow).length;
    return (
      (failures > 0 && failures >= settings.failureRate * total) ||
      (slowCalls > 0 && slowCalls >= settings.slowRate * total)
    );
  }

  become(state: CircuitState, now: number): void {
    this.state = state;
    this.since = now;
    this.generation++;
    this.outcomes = [];
    this.taken = 0;
    this.trials = [];
  }
}

test('the state machine is the documented one, for any history of overlapping calls', async () => {
  const visited = new Set<CircuitState>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          gap: fc.nat({ max: 150 }),
          lasts: fc.oneof({ weight: 4, arbitrary: fc.nat({ max: 180 }) }, fc.nat({ max: 2_000 })),
          fails: fc.boolean(),
        }),
        { minLength: 5, maxLength: 80 },
      ),
      async (calls) => {
        const clock = new VirtualClock();
        const breaker = circuitBreaker({ ...settings, slowAfter, clock });
        const model = new Model();
        const outcomes: Promise<unknown>[] = [];
        for (const { gap, lasts, fails } of calls) {
          await clock.advance(gap);
          const started = clock.now();
          const admitted = model.admits(started);
          const { generation } = model;
          const outcome = breaker
            .execute(async () => {
              await clock.sleep(lasts);
              model.end(generation, clock.now(), fails, clock.now() - started >= slowAfter);
              if (fails) throw new Error('down');
            })
            .then(
              () => 'admitted',
              (error: unknown) => (error instanceof CircuitOpenError ? 'rejected' : 'admitted'),
            );
          outcomes.push(outcome.then((seen) => assert.equal(seen, admitted ? 'admitted' : 'rejected')));
          await clock.settle();
          assert.equal(breaker.state, model.state);
          visited.add(breaker.state);
        }
        await clock.runAll();
        await Promise.all(outcomes);
        assert.equal(breaker.state, model.state);
        const { counters } = breaker.snapshot();
        const total = (counters.succeeded ?? 0) + (counters.failed ?? 0) + (counters.rejected ?? 0);
        assert.equal(total, calls.length);
      },
    ),
    { numRuns: 150 },
  );
  assert.deepEqual([...visited].sort(), ['closed', 'half-open', 'open']);
});

const fail = (): never => {
  throw new Error('down');
};

async function opened(clock: VirtualClock) {
  const breaker = circuitBreaker({ minimumCalls: 4, openFor: 500, trials: 2, clock });
  for (let call = 0; call < 4; call++) await assert.rejects(breaker.execute(fail), /down/);
  assert.equal(breaker.state, 'open');
  return breaker;
}

test('an open circuit rejects without calling, says for how long, and without a stack trace', async () => {
  const clock = new VirtualClock();
  const breaker = await opened(clock);
  await clock.advance(200);
  let called = false;
  const error = await breaker
    .execute(() => {
      called = true;
    })
    .catch((reason: unknown) => reason);
  assert.ok(error instanceof CircuitOpenError);
  assert.equal(error.retryAfter, 300);
  assert.equal(error.retryable, false);
  assert.ok(!error.stack?.includes('\n'));
  assert.equal(called, false);
});

test('in half-open state just the trials pass, and close the circuit when they succeed', async () => {
  const clock = new VirtualClock();
  const breaker = await opened(clock);
  const events: ResilienceEvent[] = [];
  breaker.subscribe((event) => event.type === 'state-changed' && events.push(event));
  await clock.advance(500);
  const trials = [breaker.execute(() => clock.sleep(50)), breaker.execute(() => clock.sleep(50))];
  await assert.rejects(
    breaker.execute(() => 'third'),
    CircuitOpenError,
  );
  assert.equal(breaker.state, 'half-open');
  await clock.advance(50);
  await Promise.all(trials);
  assert.equal(breaker.state, 'closed');
  assert.equal(await breaker.execute(() => 'again'), 'again');
  assert.deepEqual(
    events.map((event) => event.type === 'state-changed' && `${event.from} → ${event.to}`),
    ['open → half-open', 'half-open → closed'],
  );
});

test('a trial that the caller gives up is free for another; trials that hang have failed after the time of an opening', async () => {
  const clock = new VirtualClock();
  const breaker = await opened(clock);
  await clock.advance(500);
  const controller = new AbortController();
  const hanging = (): Promise<never> => new Promise(() => {});
  const given = assert.rejects(breaker.execute(hanging, { signal: controller.signal }), /enough/);
  void breaker.execute(hanging);
  await assert.rejects(
    breaker.execute(() => 1),
    CircuitOpenError,
  );
  controller.abort(new Error('enough'));
  await given;
  assert.equal(await breaker.execute(() => 'took the free trial'), 'took the free trial');
  assert.equal(breaker.state, 'half-open');
  await clock.advance(500);
  await assert.rejects(
    breaker.execute(() => 1),
    CircuitOpenError,
  );
  assert.equal(breaker.state, 'open');
});

test('time that runs out counts as failure, whether the timeout stands inside or outside; a caller that leaves does not', async () => {
  const never = (): Promise<never> => new Promise(() => {});
  for (const order of ['inside', 'outside']) {
    const clock = new VirtualClock();
    const breaker = circuitBreaker({ clock });
    const limit = timeout({ after: 10, clock });
    const calls = pipeline(order === 'inside' ? [breaker, limit] : [limit, breaker]);
    const outcome = assert.rejects(calls.execute(never), /no answer/);
    await clock.advance(10);
    await outcome;
    assert.equal(breaker.snapshot().counters.failed, 1, order);
  }
  const clock = new VirtualClock();
  const breaker = circuitBreaker({ clock });
  const context = deriveContext(rootContext, { timeout: 10, clock });
  const late = assert.rejects(breaker.execute(never, { context }), /deadline/);
  await clock.advance(10);
  await late;
  const left = assert.rejects(
    breaker.execute(never, { signal: AbortSignal.abort(new Error('left')) }),
    /left/,
  );
  await left;
  const controller = new AbortController();
  const leaving = assert.rejects(breaker.execute(never, { signal: controller.signal }), /left/);
  controller.abort(new Error('left'));
  await leaving;
  const { failed, ignored } = breaker.snapshot().counters;
  assert.deepEqual({ failed, ignored }, { failed: 1, ignored: 1 });
});

test('a caller that leaves during a backoff inside says nothing about the other side', async () => {
  const clock = new VirtualClock();
  const breaker = circuitBreaker({ clock });
  const controller = new AbortController();
  const calls = pipeline([breaker, retry({ delay: 100, random: () => 0.9, clock })]);
  const outcome = assert.rejects(calls.execute(fail, { signal: controller.signal }), /left/);
  await clock.advance(10);
  controller.abort(new Error('left'));
  await outcome;
  const { failed, ignored } = breaker.snapshot().counters;
  assert.deepEqual({ failed, ignored }, { failed: 0, ignored: 1 });
});

test('what a strategy further in refuses, and errors that are no failures, say nothing about the other side', async () => {
  const breaker = circuitBreaker({ minimumCalls: 1, isFailure: (error) => !/not found/.test(String(error)) });
  await assert.rejects(
    breaker.execute(() => {
      throw new BulkheadFullError('inner', 'full');
    }),
  );
  await assert.rejects(
    breaker.execute(() => {
      throw new Error('not found');
    }),
  );
  assert.equal(breaker.state, 'closed');
  const { succeeded, failed, ignored } = breaker.snapshot().counters;
  assert.deepEqual({ succeeded, failed, ignored }, { succeeded: 1, failed: 0, ignored: 1 });
});

test('an isolated circuit stays so until it is reset; the snapshot tells the time in each state', async () => {
  const clock = new VirtualClock();
  const breaker = circuitBreaker({ clock });
  await clock.advance(100);
  breaker.isolate();
  await clock.advance(60_000);
  await assert.rejects(
    breaker.execute(() => 1),
    CircuitOpenError,
  );
  breaker.reset();
  await clock.advance(5);
  assert.equal(await breaker.execute(() => 1), 1);
  const { state, counters } = breaker.snapshot();
  assert.equal(state, 'closed');
  assert.equal(counters.closedMilliseconds, 105);
  assert.equal(counters.isolatedMilliseconds, 60_000);
  assert.equal(counters.enteredIsolated, 1);
});

test('settings out of range are refused, all at once', () => {
  assert.throws(() => circuitBreaker({ failureRate: 2, trials: 0, name: 'stock' }), {
    message: /stock\.failureRate is 2: .*\nstock\.trials is 0: give it a whole number of at least 1/,
  });
});
