import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { test } from 'node:test';
import fc from 'fast-check';
import { deriveContext, rootContext } from '../context/index.ts';
import { FaultPlan, seededRandom, VirtualClock } from '../testing/index.ts';
import {
  bulkhead,
  callPipeline,
  chaos,
  circuitBreaker,
  concurrencyLimit,
  fallback,
  hedging,
  pipeline,
  ResilienceRegistry,
  rateLimit,
  retry,
  type Strategy,
  type StrategySnapshot,
  timeout,
} from './index.ts';

type Make = (clock: VirtualClock, seed: number) => Strategy;

const makers: Record<string, Make> = {
  timeout: (clock) => timeout({ after: 70, clock }),
  retry: (clock, seed) => retry({ attempts: 3, delay: 20, random: seededRandom(seed), clock }),
  breaker: (clock) => circuitBreaker({ minimumCalls: 5, openFor: 100, trials: 2, slowAfter: 90, clock }),
  bulkhead: (clock) => bulkhead({ concurrency: 3, queue: 4, maximumWait: 60, clock }),
  limit: (clock) => concurrencyLimit({ initial: 3, queue: 5, burst: 80, clock }),
  rate: (clock) => rateLimit({ rate: 100, burst: 3, maximumWait: 40, clock }),
  hedging: (clock) => hedging({ after: 25, attempts: 3, clock }),
  fallback: (clock) => fallback({ remember: { entries: 3, for: 50 }, clock }),
  chaos: (clock, seed) =>
    chaos({
      faults: new FaultPlan({ edges: ['other'], seed })
        .add('other', { error: true, probability: 0.1 })
        .add('other', { latency: { from: 0, to: 60 }, probability: 0.2 })
        .edge('other'),
      clock,
    }),
};

/** Gauges that must be back at zero when nothing is under way. */
const occupancy = ['active', 'inFlight', 'waiting'];

test('in any order of any strategies no call is lost, no place is kept, no timer is left, no work begins too late', async () => {
  const used = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        kinds: fc.shuffledSubarray(Object.keys(makers), { minLength: 1 }),
        seed: fc.nat(),
        calls: fc.array(
          fc.record({
            gap: fc.nat({ max: 30 }),
            lasts: fc.nat({ max: 120 }),
            fails: fc.boolean(),
            heedsSignal: fc.boolean(),
            isSync: fc.boolean(),
            leavesAfter: fc.option(fc.nat({ max: 150 })),
            deadline: fc.option(fc.integer({ min: 1, max: 300 })),
            key: fc.constantFrom('a', 'b', undefined),
            standIn: fc.boolean(),
          }),
          { minLength: 1, maxLength: 40 },
        ),
      }),
      async ({ kinds, seed, calls }) => {
        const clock = new VirtualClock();
        const strategies = kinds.map((kind) => {
          used.add(kind);
          return makers[kind]?.(clock, seed) ?? assert.fail();
        });
        const composed = pipeline(strategies);
        let settled = 0;
        let running = 0;
        // What the work throws ends up in the call's outcome: violations are noted and looked at afterwards.
        const violations: string[] = [];
        const demand = (holds: boolean, what: string): void => {
          if (!holds) violations.push(what);
        };
        for (const call of calls) {
          await clock.advance(call.gap);
          const controller = new AbortController();
          if (call.leavesAfter !== null)
            clock.setTimeout(() => controller.abort(new Error('left')), call.leavesAfter);
          const context =
            call.deadline === null
              ? rootContext
              : deriveContext(rootContext, { timeout: call.deadline, clock });
          const end = call.deadline === null ? Infinity : clock.now() + call.deadline;
          const outcome = composed.execute(
            (attempt) => {
              demand(clock.now() < end, 'work began after the deadline of the call');
              demand(attempt.remaining() > 0, 'work began after the end of its attempt');
              demand(!controller.signal.aborted, 'work began for a caller that has left');
              demand(!attempt.signal.aborted, 'work began with an aborted signal');
              if (call.isSync) {
                if (call.fails) throw new Error('down');
                return 'done';
              }
              running++;
              return clock.sleep(call.lasts, call.heedsSignal ? attempt.signal : undefined).then(
                () => {
                  running--;
                  if (call.fails) throw new Error('down');
                  return 'done';
                },
                (error: unknown) => {
                  running--;
                  throw error;
                },
              );
            },
            {
              context,
              signal: controller.signal,
              ...(call.key !== undefined && { key: call.key }),
              ...(call.standIn && { fallback: () => 'stand-in' }),
            },
          );
          outcome.then(
            () => settled++,
            () => settled++,
          );
        }
        await clock.runAll();
        assert.deepEqual(violations, []);
        assert.equal(settled, calls.length);
        assert.equal(running, 0);
        assert.equal(clock.pending, 0);
        for (const { name, gauges } of strategies.map((strategy): StrategySnapshot => strategy.snapshot())) {
          for (const gauge of occupancy) assert.equal(gauges[gauge] ?? 0, 0, `${name}: ${gauge}`);
        }
      },
    ),
    { numRuns: 400 },
  );
  assert.equal(used.size, Object.keys(makers).length);
});

test('the order is the order of the array', async () => {
  const clock = new VirtualClock();
  const names: string[] = [];
  const outer = rateLimit({ name: 'outer', rate: 1, burst: 1, clock });
  const inner = rateLimit({ name: 'inner', rate: 1, burst: 1, clock });
  const calls = pipeline([outer, inner]);
  calls.subscribe((event) => names.push(event.strategy));
  await calls.execute(() => 1);
  await assert.rejects(
    calls.execute(() => 1),
    { strategy: 'outer' },
  );
  assert.deepEqual(names, ['outer']);
  assert.deepEqual(
    calls.describe().strategies?.map(({ name }) => name),
    ['outer', 'inner'],
  );
});

test('results come through as they are: values, promises, thenables, errors of any kind', async () => {
  const calls = pipeline([
    fallback(),
    retry({ budget: false, attempts: 1 }),
    circuitBreaker(),
    timeout({ after: 1_000 }),
  ]);
  const value = { some: 'value' };
  assert.equal(await calls.execute(() => value), value);
  assert.equal(await calls.execute(async () => value), value);
  assert.equal(
    await calls.execute(() => ({ then: (resolve: (given: object) => void) => resolve(value) })),
    value,
  );
  assert.equal(await calls.execute(() => undefined), undefined);
  for (const thrown of [new Error('down'), 'text', undefined, null, 0]) {
    const outcome = calls.execute(() => {
      throw thrown;
    });
    await outcome.then(
      () => assert.fail('must fail'),
      (error: unknown) => assert.equal(error, thrown),
    );
  }
});

test('a call refused at once is no unhandled rejection, also when nobody listens until the next turn', async () => {
  const seen: unknown[] = [];
  const listen = (error: unknown): void => {
    seen.push(error);
  };
  process.on('unhandledRejection', listen);
  const breaker = circuitBreaker();
  breaker.isolate();
  const outcome = breaker.execute(() => 1);
  await assert.rejects(outcome);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', listen);
  assert.deepEqual(seen, []);
});

test('after a timeout, a backoff or a hedge, work and observers run in the asynchronous context of their own call', async () => {
  const clock = new VirtualClock();
  const storage = new AsyncLocalStorage<string>();
  const calls = pipeline([
    retry({ attempts: 2, delay: 10, clock }),
    timeout({ after: 50, clock }),
    hedging({ after: 20, clock }),
  ]);
  const wrong: string[] = [];
  const expect = (name: string): void => {
    if (storage.getStore() !== name) wrong.push(`${storage.getStore()} instead of ${name}`);
  };
  calls.subscribe(() => {
    if (storage.getStore() === undefined) wrong.push('an observer without context');
  });
  let runs = 0;
  const run = (name: string): Promise<unknown> =>
    storage.run(name, () =>
      calls
        .execute((attempt) => {
          runs++;
          expect(name);
          return clock.sleep(1_000, attempt.signal);
        })
        .catch(() => expect(name)),
    );
  const outcomes = ['one', 'two', 'three'].map(run);
  await clock.runAll();
  await Promise.all(outcomes);
  assert.deepEqual(wrong, []);
  assert.equal(runs, 9);
});

test('a pipeline of nothing, or of strategies on different clocks, is refused', () => {
  assert.throws(() => pipeline([]), /at least one strategy/);
  assert.throws(
    () => pipeline([timeout({ after: 1, clock: new VirtualClock() }), retry()]),
    /retry run on another clock/,
  );
});

test('a pipeline inside a pipeline is a strategy like others', async () => {
  const inner = pipeline([timeout({ after: 100 })], { name: 'inner' });
  const outer = pipeline([retry(), inner], { name: 'outer' });
  assert.equal(await outer.execute(() => 7), 7);
  const registry = new ResilienceRegistry();
  registry.add(outer);
  assert.deepEqual(
    registry.snapshot().map(({ pipeline: owner, name }) => `${owner}/${name}`),
    ['outer/retry', 'outer/timeout'],
  );
});

test('a registry knows pipelines by name, passes their events on, and refuses a name twice', async () => {
  const registry = new ResilienceRegistry();
  const stock = registry.add(callPipeline({ name: 'stock', deadline: 300, retries: 1 }));
  const events: string[] = [];
  const end = registry.subscribe((event, name) => events.push(`${name} ${event.type}`));
  const breaker = registry.add(circuitBreaker({ name: 'bank' }));
  breaker.isolate();
  await assert.rejects(breaker.execute(() => 1));
  end();
  await assert.rejects(breaker.execute(() => 1));
  assert.deepEqual(events, ['bank state-changed', 'bank rejected']);
  assert.equal(registry.get('stock'), stock);
  assert.throws(() => registry.add(circuitBreaker({ name: 'bank' })), /the name bank is taken/);
  assert.deepEqual(
    registry.describe().map(({ kind, name }) => `${kind} ${name}`),
    ['pipeline stock', 'circuit-breaker bank'],
  );
});

test('the pipeline for calls keeps its deadline, retries once, and shares a breaker when given one', async () => {
  const clock = new VirtualClock();
  const breaker = circuitBreaker({ name: 'stock', clock });
  const stock = callPipeline({ name: 'stock', deadline: 300, retries: 1, breaker, clock });
  let runs = 0;
  const outcome = assert.rejects(
    stock.execute(() => {
      runs++;
      return new Promise(() => {});
    }),
    /no answer within/,
  );
  await clock.runAll();
  await outcome;
  assert.equal(runs, 2);
  assert.equal(breaker.snapshot().counters.failed, 2);
  assert.deepEqual(
    stock.describe().strategies?.map(({ kind }) => kind),
    ['fallback', 'timeout', 'retry', 'circuit-breaker', 'timeout', 'bulkhead'],
  );
});
