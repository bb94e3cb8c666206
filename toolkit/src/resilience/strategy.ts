import { type Clock, systemClock } from '../clock/index.ts';
import type { Answer, ExecuteOptions, Work } from './attempt.ts';
import { carryOut, workStage } from './call.ts';
import { type DeadlineQueue, deadlineQueueOf } from './deadline-queue.ts';
import type { ResilienceEvent, ResilienceObserver } from './events.ts';
import type { Stage } from './stage.ts';

/**
 * What every strategy takes.
 *
 * @example
 * ```ts
 * const options: StrategyOptions = { name: 'stock', clock: new VirtualClock() };
 * ```
 */
export interface StrategyOptions {
  /** How errors, metrics and `describe()` call it. @default the kind of the strategy */
  readonly name?: string;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * The settings of a strategy as plain data, for a service's own description.
 *
 * @example
 * ```ts
 * const { kind, name, settings }: StrategyDescription = timeout({ after: 300 }).describe();
 * ```
 */
export interface StrategyDescription {
  readonly kind: string;
  readonly name: string;
  /** The settings in force, defaults included; durations in milliseconds. */
  readonly settings: Readonly<Record<string, number | string | boolean>>;
  /** The strategies inside, outermost first, when this is a pipeline. */
  readonly strategies?: readonly StrategyDescription[];
}

/**
 * What a strategy has counted and how it stands now.
 *
 * @example
 * ```ts
 * const { state, counters }: StrategySnapshot = breaker.snapshot();
 * console.log(state, counters['rejected']);
 * ```
 */
export interface StrategySnapshot {
  readonly kind: string;
  readonly name: string;
  /** For strategies with states: `closed`, `open`, `half-open`, `isolated`. */
  readonly state?: string;
  /** Numbers that only grow. */
  readonly counters: Readonly<Record<string, number>>;
  /** Numbers that go up and down. */
  readonly gauges: Readonly<Record<string, number>>;
}

/**
 * One way to make calls withstand faults. Works alone by `execute`, or as a part of a `pipeline`. What it counts
 * and remembers belongs to the object: two pipelines that share a breaker share its state.
 *
 * @example
 * ```ts
 * const strategy: Strategy = timeout({ after: 300 });
 * const answer = await strategy.execute((attempt) => fetch(url, { signal: attempt.signal }));
 * ```
 */
export abstract class Strategy {
  abstract readonly kind: string;
  readonly name: string;
  readonly clock: Clock;
  /** @internal What everything on this clock waits in. */
  readonly deadlines: DeadlineQueue;
  #stage: Stage | undefined;
  #observers: readonly ResilienceObserver[] = [];

  constructor(options: StrategyOptions, kind: string) {
    this.name = options.name ?? kind;
    this.clock = options.clock ?? systemClock;
    this.deadlines = deadlineQueueOf(this.clock);
  }

  /**
   * Carries out work under this strategy. The promise rejects with the work's own error, or with a `RejectedError`
   * of the strategy, or with `DeadlineExceeded`, or with the reason of the caller's signal.
   */
  execute<Result>(work: Work<Result>, options?: ExecuteOptions<Result>): Promise<Result> {
    this.#stage ??= this.link(workStage);
    return carryOut(this.#stage, this, work, options as ExecuteOptions, false) as Promise<Result>;
  }

  /** Like `execute`, and says how good the answer is. */
  answer<Result>(work: Work<Result>, options?: ExecuteOptions<Result>): Promise<Answer<Result>> {
    this.#stage ??= this.link(workStage);
    return carryOut(this.#stage, this, work, options as ExecuteOptions, true) as Promise<Answer<Result>>;
  }

  abstract describe(): StrategyDescription;

  abstract snapshot(): StrategySnapshot;

  /**
   * Tells an observer of everything out of the ordinary: never of a plain success. It is called synchronously, in
   * the asynchronous context of the call it is about; what it throws is reported as a process warning.
   *
   * @returns A function that ends it.
   */
  subscribe(observer: ResilienceObserver): () => void {
    this.#observers = [...this.#observers, observer];
    return () => {
      this.#observers = this.#observers.filter((other) => other !== observer);
    };
  }

  /** @internal Puts this strategy before the rest of a pipeline. */
  abstract link(next: Stage): Stage;

  /** @internal */
  get isObserved(): boolean {
    return this.#observers.length > 0;
  }

  /** @internal */
  emit(event: ResilienceEvent): void {
    for (const observer of this.#observers) {
      try {
        observer(event);
      } catch (error) {
        process.emitWarning(`an observer of ${this.name} failed: ${error}`, 'ResilienceObserverWarning');
      }
    }
  }
}
