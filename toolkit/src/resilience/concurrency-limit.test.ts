import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveContext, type Priority, priorities, rootContext, runInContext } from '../context/index.ts';
import { seededRandom, VirtualClock } from '../testing/index.ts';
import { type ConcurrencyLimit, concurrencyLimit, OverloadedError } from './index.ts';

/** A service that does `workers` things at a time; more wait inside it, first come first served. */
class Service {
  workers: number;
  milliseconds: number;
  done = 0;
  readonly #clock: VirtualClock;
  readonly #draw: () => number;
  readonly #queue: (() => void)[] = [];
  #busy = 0;

  constructor(clock: VirtualClock, workers: number, milliseconds: number, draw: () => number) {
    this.#clock = clock;
    this.workers = workers;
    this.milliseconds = milliseconds;
    this.#draw = draw;
  }

  async handle(): Promise<void> {
    if (this.#busy >= this.workers) await new Promise<void>((resolve) => this.#queue.push(resolve));
    else this.#busy++;
    await this.#clock.sleep(this.milliseconds * this.#draw());
    this.done++;
    const next = this.#queue.shift();
    if (next === undefined) this.#busy--;
    else next();
  }
}

interface Load {
  readonly workers: number;
  readonly milliseconds: number;
  /** Draws a service time with a mean of 1. */
  readonly draw: (random: () => number) => number;
  /** Offered load as a multiple of the capacity. */
  readonly load: number;
  readonly seconds: number;
  /** Milliseconds within which an answer counts. */
  readonly deadline: number;
  readonly seed: number;
  /** Called at half of the time. */
  readonly change?: (service: Service) => void;
}

interface Outcome {
  /** Answers in time, as a share of what the service could have given. */
  readonly goodput: number;
  /** Answers, as a share of the requests. */
  readonly answered: number;
  readonly limit: ConcurrencyLimit;
}

const exponential = (random: () => number): number => -Math.log(1 - random());
const constant = (): number => 1;
/** A tenth of the calls takes forty times as long as the others. */
const bimodal = (random: () => number): number => (random() < 0.9 ? 0.2 : 8.2);

/** Open-loop Poisson arrivals: they come whether or not earlier ones were answered. */
async function simulate(options: Load): Promise<Outcome> {
  const { load, seconds, deadline, seed, change } = options;
  const clock = new VirtualClock();
  const random = seededRandom(seed);
  const limit = concurrencyLimit({ clock });
  const service = new Service(clock, options.workers, options.milliseconds, () => options.draw(random));
  const end = seconds * 1_000;
  let arrived = 0;
  let good = 0;
  let answered = 0;
  let begunLate = 0;
  let capacity = 0;
  const perMillisecond = (): number => service.workers / service.milliseconds;

  const arrive = (): void => {
    arrived++;
    const due = clock.now() + deadline;
    const context = deriveContext(rootContext, { timeout: deadline, clock });
    limit
      .execute(
        () => {
          if (clock.now() >= due) begunLate++;
          return service.handle();
        },
        { context },
      )
      .then(
        () => {
          answered++;
          if (clock.now() <= due && clock.now() <= end) good++;
        },
        () => undefined,
      );
    const next = exponential(random) / (load * perMillisecond());
    if (clock.now() + next < end) clock.setTimeout(arrive, next);
  };
  arrive();
  await clock.advanceTo(end / 2);
  capacity += perMillisecond() * (end / 2);
  change?.(service);
  await clock.advanceTo(end);
  capacity += perMillisecond() * (end / 2);
  await clock.runAll();
  assert.equal(begunLate, 0, 'work is not begun after its deadline');
  return { goodput: good / Math.min(capacity, arrived), answered: answered / arrived, limit };
}

const overload = { load: 3, seconds: 15, deadline: 1_000, seed: 1 };
const scenarios: Record<string, Partial<Load>> = {
  'ten workers, exponential times': { workers: 10, milliseconds: 20, draw: exponential },
  'ten workers, constant times': { workers: 10, milliseconds: 20, draw: constant },
  'ten workers, a tenth of the calls forty times as long': { workers: 10, milliseconds: 20, draw: bimodal },
  'one worker, as a service bound by its processor': { workers: 1, milliseconds: 5, draw: exponential },
  'a hundred workers': { workers: 100, milliseconds: 100, draw: exponential },
  'a short deadline': { workers: 10, milliseconds: 20, draw: exponential, deadline: 200 },
  'capacity falls to a quarter': {
    workers: 20,
    milliseconds: 20,
    draw: exponential,
    change: (service) => {
      service.workers = 5;
    },
  },
  'the service becomes four times as slow': {
    workers: 10,
    milliseconds: 20,
    draw: exponential,
    change: (service) => {
      service.milliseconds = 80;
    },
  },
};

for (const [name, scenario] of Object.entries(scenarios)) {
  test(`at three times the capacity, nothing configured, goodput stays above 85 %: ${name}`, async () => {
    const load = { workers: 10, milliseconds: 20, draw: exponential, ...overload, ...scenario };
    const { goodput, limit } = await simulate(load);
    assert.ok(goodput >= 0.85, `goodput ${goodput.toFixed(3)} of the capacity`);
    const { inFlight, waiting } = limit.snapshot().gauges;
    assert.deepEqual({ inFlight, waiting }, { inFlight: 0, waiting: 0 });
  });
}

test('below the capacity nothing is shed', async () => {
  for (const seed of [1, 2, 3]) {
    const load = { workers: 10, milliseconds: 20, draw: exponential, ...overload, load: 0.7, seed };
    const { answered } = await simulate(load);
    assert.ok(answered === 1, `${answered} answered`);
  }
});

test('a burst far above the limit is worked off, not shed', async () => {
  const clock = new VirtualClock();
  const service = new Service(clock, 10, 20, constant);
  const limit = concurrencyLimit({ clock });
  const burst = Array.from({ length: 200 }, () => limit.execute(() => service.handle()));
  await clock.runAll();
  await Promise.all(burst);
  assert.equal(service.done, 200);
});

test('under overload the less important are shed first', async () => {
  const clock = new VirtualClock();
  const random = seededRandom('priorities');
  const service = new Service(clock, 5, 20, () => exponential(random));
  const limit = concurrencyLimit({ clock });
  const answered = new Map<Priority, { come: number; answered: number }>(
    priorities.map((priority) => [priority, { come: 0, answered: 0 }]),
  );
  const arrive = (): void => {
    const priority = priorities[Math.floor(random() * priorities.length)] ?? 'normal';
    const counts = answered.get(priority);
    if (counts === undefined) return;
    counts.come++;
    runInContext(deriveContext(rootContext, { priority, clock }), () =>
      limit.execute(() => service.handle()),
    ).then(
      () => counts.answered++,
      (error: unknown) => assert.ok(error instanceof OverloadedError),
    );
    // Twice the capacity, a fifth of it for each priority: the first two fit.
    if (clock.now() < 10_000) clock.setTimeout(arrive, exponential(random) / (2 * (5 / 20)));
  };
  arrive();
  await clock.runAll();
  const share = (priority: Priority): number => {
    const { come, answered: done } = answered.get(priority) ?? { come: 1, answered: 0 };
    return done / come;
  };
  assert.ok(share('critical') > 0.95, `critical ${share('critical')}`);
  assert.ok(share('high') > 0.8, `high ${share('high')}`);
  assert.ok(share('low') < 0.35, `low ${share('low')}`);
  assert.ok(share('background') < 0.25, `background ${share('background')}`);
});

test('permits bound what is no function, and are given back once', async () => {
  const clock = new VirtualClock();
  const limit = concurrencyLimit({ initial: 2, queue: 1, clock });
  const first = await limit.acquire();
  await limit.acquire();
  const third = limit.acquire();
  assert.ok(third instanceof Promise);
  assert.throws(() => limit.acquire(), OverloadedError);
  first.release();
  first.release();
  (await third).release();
  assert.equal(limit.snapshot().gauges.inFlight, 1);
  assert.equal(limit.snapshot().counters.shedNormal, 1);
});

test('a waiting permit is refused when the wait is over, and dropped when the caller leaves', async () => {
  const clock = new VirtualClock();
  const limit = concurrencyLimit({ initial: 1, clock });
  const held = await limit.acquire();
  const late = assert.rejects(async () => limit.acquire(), OverloadedError);
  const controller = new AbortController();
  const leaving = limit.acquire(deriveContext(rootContext, { signal: controller.signal, clock }));
  const left = assert.rejects(async () => leaving, /left/);
  controller.abort(new Error('left'));
  await left;
  await clock.advance(500);
  await late;
  held.release();
  const { inFlight, waiting } = limit.snapshot().gauges;
  assert.deepEqual({ inFlight, waiting }, { inFlight: 0, waiting: 0 });
  await clock.runAll();
  assert.equal(clock.pending, 0);
});
