import { setTimeout as sleep } from 'node:timers/promises';
import type { Tell } from '../../../toolkit/local-servers/index.ts';
import type { PlannedFaults } from '../common/faults.ts';
import { Balancer } from './balancer.ts';
import { type Facts, isSettled, judge, readFacts } from './facts.ts';
import { closedLoop, openLoop } from './load.ts';
import { Tally } from './metrics.ts';
import { type PhaseReport, summarize } from './phase-report.ts';
import type { LocalPlatform } from './platform.ts';
import { Shopper } from './shopper.ts';
import { readTrace, type TraceStep } from './trace.ts';

/** What the command found. */
export interface Report {
  /** Product pages a second that the shop gives when it is asked for the next as soon as it has given one. */
  readonly capacity: number;
  readonly phases: readonly PhaseReport[];
  /** One order, through all services. */
  readonly trace: { readonly traceId: string; readonly steps: readonly TraceStep[] };
  readonly facts: Facts;
  /** What does not hold; empty when all is well. */
  readonly problems: readonly string[];
}

/** Something that happens while load is on the shop. */
interface Phase {
  readonly name: PhaseReport['name'];
  readonly title: string;
  /** Requests a second, as a multiple of the calm rate, or of the capacity. */
  readonly rate: { readonly ofCalm: number } | { readonly ofCapacity: number };
  /** The share of orders among the requests. */
  readonly orders: number;
  /** What is to go wrong, by service. */
  readonly faults?: Readonly<Record<string, PlannedFaults>>;
  /** What is done meanwhile; the load goes on until it is done. */
  readonly meanwhile?: (duration: number) => Promise<unknown>;
}

/** Shares of the duration. */
const SHARES = { warmUp: 0.1, capacity: 0.1, phase: 0.16 };
/** Connections that are asked one request after the other to find out the capacity. */
const CONNECTIONS = 16;
/** The calm rate is this share of the capacity, within bounds that any machine should manage. */
const CALM = { share: 0.25, least: 5, most: 200 };
const OVERLOAD = 3;
/** Fresh answers in a row that show that all is well, and the milliseconds between and at most for them. */
const WARM = { inARow: 10, interval: 20, limit: 20_000 };
/** How many orders are tried at most until one can be followed. */
const FOLLOWED = 10;
const BANK_FAULTS: PlannedFaults = [{ edge: 'bank', error: true, probability: 0.66 }];
/** Milliseconds without any progress after which orders that are under way are given up. */
const STALLED = 60_000;
const LOOK_INTERVAL = 250;

/** Puts load on the shop, phase by phase, and sees what comes of it. */
export class Scenario {
  readonly #platform: LocalPlatform;
  readonly #tell: Tell;
  readonly #signal: AbortSignal;
  readonly #balancers: { readonly storefront: Balancer; readonly orders: Balancer };
  readonly #shopper: Shopper;
  readonly #tally = new Tally();
  #capacity = 0;
  /** The trace of the order that is followed. */
  #traceId = '';

  constructor(platform: LocalPlatform, tell: Tell, signal: AbortSignal) {
    this.#platform = platform;
    this.#tell = tell;
    this.#signal = signal;
    this.#balancers = {
      storefront: new Balancer(() => platform.replicas('storefront')),
      orders: new Balancer(() => platform.replicas('orders')),
    };
    this.#shopper = new Shopper(this.#balancers.storefront, this.#balancers.orders);
  }

  /**
   * @param duration Milliseconds of load, all phases together.
   * @throws the signal's reason when it aborts.
   */
  async run(duration: number): Promise<Report> {
    const balancers = Object.values(this.#balancers);
    await Promise.all(balancers.map((balancer) => balancer.start()));
    try {
      await this.#findCapacity(duration);
      const phases: PhaseReport[] = [];
      for (const phase of this.#phases()) phases.push(await this.#load(phase, duration * SHARES.phase));
      const facts = await this.#drain();
      const steps = await this.#readTrace();
      return {
        capacity: Math.round(this.#capacity),
        phases,
        trace: { traceId: this.#traceId, steps },
        facts,
        problems: [...judge(facts), ...judgePhases(phases)],
      };
    } finally {
      await Promise.all(balancers.map((balancer) => balancer.stop()));
    }
  }

  #phases(): readonly Phase[] {
    return [
      {
        name: 'calm',
        title: 'nothing goes wrong',
        rate: { ofCalm: 1 },
        orders: 0.1,
        meanwhile: () => this.#follow(),
      },
      {
        name: 'recommendations',
        title: 'recommendations fail or are slow',
        rate: { ofCalm: 1 },
        orders: 0.1,
        faults: {
          recommendations: [
            { edge: 'model', error: true, probability: 0.5 },
            { edge: 'model', latency: 800 },
          ],
        },
      },
      {
        name: 'payments',
        title: 'the bank fails two calls of three, and payments is killed and started again',
        rate: { ofCalm: 1 },
        orders: 0.5,
        faults: { payments: BANK_FAULTS },
        meanwhile: async (duration) => {
          await this.#pause(duration / 2);
          await this.#crash('payments', BANK_FAULTS);
        },
      },
      {
        name: 'overload',
        title: 'three times more than the shop can do',
        rate: { ofCapacity: OVERLOAD },
        orders: 0.05,
      },
      {
        name: 'restart',
        title: 'orders and storefront are replaced one after the other',
        rate: { ofCalm: 1 },
        orders: 0.3,
        meanwhile: async () => {
          await this.#replace('orders');
          await this.#replace('storefront');
        },
      },
    ];
  }

  async #findCapacity(duration: number): Promise<void> {
    this.#tell('warming up');
    await closedLoop(CONNECTIONS, this.#pause(duration * SHARES.warmUp), () => this.#shopper.next(0.3));
    await this.#becomesWarm();
    this.#tell('finding out how much the shop can do');
    this.#capacity = await closedLoop(CONNECTIONS, this.#pause(duration * SHARES.capacity), () =>
      this.#shopper.look(),
    );
    await this.#becomesWarm();
    this.#signal.throwIfAborted();
    await this.#tally.read(this.#platform.all);
    this.#tally.take();
  }

  /** Circuits may have opened under the first requests, which meet cold processes: waits until all are closed again. */
  async #becomesWarm(): Promise<void> {
    const end = performance.now() + WARM.limit;
    let fresh = 0;
    while (fresh < WARM.inARow && performance.now() < end && !this.#signal.aborted) {
      const outcomes = await Promise.all([this.#shopper.look(), this.#shopper.order()]);
      const isFresh = outcomes.every(({ result, degraded }) => result === 'good' && degraded.length === 0);
      fresh = isFresh ? fresh + 1 : 0;
      await this.#pause(WARM.interval);
    }
  }

  async #load(phase: Phase, duration: number): Promise<PhaseReport> {
    const { name, title, faults = {}, meanwhile } = phase;
    const calm = Math.min(CALM.most, Math.max(CALM.least, this.#capacity * CALM.share));
    const { rate: of } = phase;
    const rate = 'ofCalm' in of ? calm * of.ofCalm : Math.max(calm, this.#capacity * of.ofCapacity);
    this.#tell(`${title}: ${Math.round(rate)} requests a second`);
    for (const [service, planned] of Object.entries(faults)) {
      await this.#platform.one(service).planFaults(planned);
    }
    const work = Promise.all([this.#pause(duration), meanwhile?.(duration)]);
    const { outcomes, duration: lasted } = await openLoop(rate, work, () => this.#shopper.next(phase.orders));
    await work;
    this.#signal.throwIfAborted();
    for (const service of Object.keys(faults)) await this.#platform.one(service).planFaults([]);
    await this.#tally.read(this.#platform.all);
    return summarize({ name, title, rate, duration: lasted, outcomes, counts: this.#tally.take() });
  }

  /** Places an order whose trace is followed; another one when there is too much to do at the moment. */
  async #follow(): Promise<void> {
    for (let attempt = 0; attempt < FOLLOWED && !this.#signal.aborted; attempt += 1) {
      const traceId = await this.#shopper.follow();
      if (traceId === undefined) continue;
      this.#traceId = traceId;
      return;
    }
  }

  /** A new replica comes, and when it is sent requests, the old one goes. */
  async #replace(service: 'orders' | 'storefront'): Promise<void> {
    const [old] = this.#platform.replicas(service);
    const replacement = await this.#platform.add(service);
    await this.#balancers[service].knows(replacement);
    if (old === undefined) return;
    await this.#tally.read([old]);
    await this.#platform.remove(old);
  }

  /** A replica ends as by a power cut, and comes back to what is going wrong. */
  async #crash(service: string, faults: PlannedFaults): Promise<void> {
    const replica = this.#platform.one(service);
    await this.#tally.read([replica]);
    await replica.crash();
    this.#tally.countsAnew(replica);
    await replica.planFaults(faults);
  }

  /** Waits until every order has gone all the way, or nothing moves any more. */
  async #drain(): Promise<Facts> {
    this.#tell('waiting until every order has gone all the way');
    let facts = await readFacts(this.#platform, this.#shopper);
    let progress = performance.now();
    while (!isSettled(facts) && performance.now() - progress < STALLED) {
      await this.#pause(LOOK_INTERVAL);
      this.#signal.throwIfAborted();
      const next = await readFacts(this.#platform, this.#shopper);
      if (JSON.stringify(next) !== JSON.stringify(facts)) progress = performance.now();
      facts = next;
    }
    return facts;
  }

  /** Waits until the spans of the followed order are written: services send them in batches. */
  async #readTrace(): Promise<readonly TraceStep[]> {
    const end = performance.now() + 5_000;
    for (;;) {
      const steps = await readTrace(this.#platform.traceFile, this.#traceId);
      const isWhole = steps.some(({ name }) => name === 'process payments.settled');
      if (isWhole || performance.now() > end) return steps;
      await this.#pause(LOOK_INTERVAL);
      this.#signal.throwIfAborted();
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#signal }).catch(() => {});
  }
}

/** What a phase has to show, whatever the machine. */
function judgePhases(phases: readonly PhaseReport[]): string[] {
  return phases
    .filter(({ name, failed, unanswered }) => name === 'restart' && failed + unanswered > 0)
    .map(
      ({ failed, unanswered, problems }) =>
        `${failed + unanswered} requests failed while services were replaced: ${problems.join('; ')}`,
    );
}
