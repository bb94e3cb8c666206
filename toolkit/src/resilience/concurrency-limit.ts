import { type Context, currentContext, type Priority, priorities } from '../context/index.ts';
import { AdaptiveLimit } from './adaptive-limit.ts';
import { OverloadedError } from './errors.ts';
import { Acquisition, HeldPermit, LimitedCall, type Permit } from './limited-call.ts';
import { SettingsCheck } from './settings.ts';
import type { Stage } from './stage.ts';
import {
  Strategy,
  type StrategyDescription,
  type StrategyOptions,
  type StrategySnapshot,
} from './strategy.ts';
import { type Waiter, WaitList } from './wait-list.ts';

/**
 * Bounds of the adaptive limit. Nothing needs to be set.
 *
 * @example
 * ```ts
 * const options: ConcurrencyLimitOptions = { maximum: 200 };
 * ```
 */
export interface ConcurrencyLimitOptions extends StrategyOptions {
  /** The limit to begin with. @default 20 */
  readonly initial?: number;
  /** @default 1 */
  readonly minimum?: number;
  /** @default 1000 */
  readonly maximum?: number;
  /** The most calls that wait. @default 1000 */
  readonly queue?: number;
  /** The longest wait in milliseconds, granted to bursts. @default 500 */
  readonly burst?: number;
}

/** The wait that is granted while the queue does not empty, in milliseconds; the latency where that is longer. */
const STANDING_WAIT = 10;

/**
 * Lets in as much work as gets done, and sheds the rest: a concurrency limit that finds itself (see the page on
 * resilience for how). Calls above it wait, the more important first; how long they may depends on whether the queue
 * is a burst or overload that stays. Calls that cannot make their deadline are refused at once.
 *
 * @throws {@link OverloadedError} through the promise.
 * @example
 * ```ts
 * const shield = concurrencyLimit();
 * const report = await shield.execute(() => render(order));
 * ```
 */
export function concurrencyLimit(options: ConcurrencyLimitOptions = {}): ConcurrencyLimit {
  return new ConcurrencyLimit(options);
}

/**
 * Made by {@link concurrencyLimit}.
 *
 * @example
 * ```ts
 * const shield: ConcurrencyLimit = concurrencyLimit();
 * console.log(shield.snapshot().gauges['limit']);
 * ```
 */
export class ConcurrencyLimit extends Strategy {
  readonly kind = 'concurrency-limit';
  readonly #limit: AdaptiveLimit;
  readonly #settings: {
    readonly initial: number;
    readonly minimum: number;
    readonly maximum: number;
    readonly queue: number;
    readonly burst: number;
  };
  readonly #waiting = new WaitList(priorities.length);
  readonly #counts = { admitted: 0, queued: 0, leftQueue: 0 };
  readonly #shed: Record<Priority, number> = { critical: 0, high: 0, normal: 0, low: 0, background: 0 };
  #isHandingOn = false;

  constructor(options: ConcurrencyLimitOptions = {}) {
    super(options, 'concurrency-limit');
    const settings = new SettingsCheck(this.name);
    this.#settings = {
      initial: settings.whole('initial', options.initial ?? 20, 1),
      minimum: settings.whole('minimum', options.minimum ?? 1, 1),
      maximum: settings.whole('maximum', options.maximum ?? 1000, options.minimum ?? 1),
      queue: settings.whole('queue', options.queue ?? 1000, 0),
      burst: settings.notNegative('burst', options.burst ?? 500),
    };
    settings.check();
    this.#limit = new AdaptiveLimit(this.#settings, this.clock.now());
  }

  describe(): StrategyDescription {
    return { kind: this.kind, name: this.name, settings: this.#settings };
  }

  snapshot(): StrategySnapshot {
    const { current, inFlight, baseline, latency, probes } = this.#limit;
    const { critical, high, normal, low, background } = this.#shed;
    return {
      kind: this.kind,
      name: this.name,
      counters: {
        ...this.#counts,
        probes,
        shedCritical: critical,
        shedHigh: high,
        shedNormal: normal,
        shedLow: low,
        shedBackground: background,
      },
      gauges: {
        limit: current,
        inFlight,
        waiting: this.#waiting.size,
        baselineMilliseconds: baseline,
        latencyMilliseconds: latency,
      },
    };
  }

  /**
   * Takes a place for work that is not a function, such as a request that a server has accepted. Give it back when the
   * work is over, whatever came of it.
   *
   * @returns The permit at once when there is a place, else a promise of it.
   * @throws {@link OverloadedError}, thrown or through the promise.
   * @example
   * ```ts
   * const permit = await shield.acquire(context);
   * response.once('close', () => permit.release());
   * ```
   */
  acquire(context: Context = currentContext()): Permit | Promise<Permit> {
    const now = this.clock.now();
    if (this.#hasPlace()) {
      this.#enter(now);
      return new HeldPermit(this, now);
    }
    const remaining =
      context.deadline === undefined
        ? Number.POSITIVE_INFINITY
        : context.deadline - (context.clock ?? this.clock).wall();
    const acquisition = new Acquisition(this, context);
    const refusal = this.admit(acquisition, remaining, now);
    if (refusal !== undefined) throw refusal;
    return acquisition.result();
  }

  /** @internal */
  link(next: Stage): Stage {
    return (receiver, scope, now) => {
      const call = new LimitedCall(this, next, receiver, scope);
      const refusal = this.admit(call, scope.expiry - now, now);
      if (refusal !== undefined) receiver.fail(refusal);
    };
  }

  /** @internal Lets a call begin, or wait, or says why it may not. */
  admit(waiter: Waiter, remaining: number, now: number): Error | undefined {
    if (this.#hasPlace()) {
      this.#begin(waiter, now);
      return undefined;
    }
    const wait = this.#expectedWait(waiter.rank);
    if (this.#waiting.size >= this.#settings.queue) return this.refuse(waiter, 'the queue is full', wait);
    // An empty queue takes anybody: the estimate may be off, and without calls it would never be put right.
    if (this.#waiting.size > 0 && wait > this.#grantedWait(now))
      return this.refuse(waiter, 'overloaded', wait);
    if (wait + this.#limit.baseline > remaining) return this.refuse(waiter, 'no answer in time', wait);
    this.#counts.queued++;
    waiter.arrived = now;
    // Longer than granted, since grants shrink: who comes to the front too late is sorted out there.
    waiter.expiry = now + Math.min(this.#settings.burst, remaining - this.#limit.baseline);
    this.#waiting.push(waiter);
    this.deadlines.add(waiter, now);
    waiter.queued();
    return undefined;
  }

  /** @internal The work that started then is over. */
  release(started: number): void {
    const now = this.clock.now();
    this.#limit.leave(started, now, this.#isStanding(now));
    if (this.#isHandingOn) return;
    this.#isHandingOn = true;
    while (this.#limit.inFlight < this.#limit.current && this.#waiting.size > 0) this.#handOn();
    this.#isHandingOn = false;
  }

  /** @internal A waiter goes away before its turn. */
  leave(waiter: Waiter): void {
    this.#counts.leftQueue++;
    this.#remove(waiter);
  }

  /** @internal Its time in the queue is over. */
  expire(waiter: Waiter): Error {
    this.#remove(waiter);
    return this.refuse(waiter, 'overloaded', this.#expectedWait(waiter.rank));
  }

  /** @internal */
  refuse(waiter: Waiter, problem: string, wait: number): Error {
    this.#shed[priorities[waiter.rank] ?? 'normal']++;
    const error = new OverloadedError(this.name, problem, Math.ceil(wait));
    if (this.isObserved) this.emit({ type: 'rejected', strategy: this.name, error });
    return error;
  }

  #handOn(): void {
    const waiter = this.#waiting.shift();
    if (waiter === undefined) return;
    this.deadlines.remove(waiter);
    const now = this.clock.now();
    const isLate = now - waiter.arrived > 1.5 * this.#grantedWait(now);
    if (isLate) waiter.turnAway(this.refuse(waiter, 'overloaded', this.#expectedWait(waiter.rank)));
    else this.#begin(waiter, now);
  }

  #hasPlace(): boolean {
    return this.#limit.inFlight < this.#limit.current && this.#waiting.size === 0;
  }

  #begin(waiter: Waiter, now: number): void {
    this.#enter(now);
    waiter.proceed(now);
  }

  #enter(now: number): void {
    this.#counts.admitted++;
    this.#limit.enter(now);
  }

  #remove(waiter: Waiter): void {
    this.deadlines.remove(waiter);
    this.#waiting.remove(waiter);
  }

  /** Controlled delay: what has kept the service busy for longer than the length of a burst is no burst. */
  #grantedWait(now: number): number {
    const { burst } = this.#settings;
    return this.#isStanding(now) ? Math.min(burst, Math.max(STANDING_WAIT, this.#limit.latency)) : burst;
  }

  #isStanding(now: number): boolean {
    return this.#limit.busyFor(now) > this.#settings.burst;
  }

  #expectedWait(rank: number): number {
    return ((this.#waiting.ahead(rank) + 1) * this.#limit.latency) / this.#limit.current;
  }
}
