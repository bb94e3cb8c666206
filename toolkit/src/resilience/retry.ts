import { DeadlineExceeded } from '../context/index.ts';
import type { Attempt } from './attempt.ts';
import type { Deadline } from './deadline-queue.ts';
import type { GiveUpCause } from './events.ts';
import { RetryBudget, type RetryBudgetOptions } from './retry-budget.ts';
import { markRetried, wasRetried } from './retry-marker.ts';
import { type CancelListener, ChildScope, type Scope } from './scope.ts';
import { SettingsCheck } from './settings.ts';
import type { Receiver, Stage } from './stage.ts';
import {
  Strategy,
  type StrategyDescription,
  type StrategyOptions,
  type StrategySnapshot,
} from './strategy.ts';

/**
 * When and how often work is tried again.
 *
 * @example
 * ```ts
 * const options: RetryOptions = { attempts: 2, retryOn: (error) => error instanceof ConnectionLost };
 * ```
 */
export interface RetryOptions extends StrategyOptions {
  /** The most tries, the first included. @default 3 */
  readonly attempts?: number;
  /**
   * Milliseconds before the first retry, at most; each further one may wait twice as long. Full jitter: the wait is
   * drawn evenly between 0 and that. @default 50
   */
  readonly delay?: number;
  /** The longest wait in milliseconds. @default 2000 */
  readonly maximumDelay?: number;
  /**
   * Whether an error is worth another try. @default all but `DeadlineExceeded`, an `AbortError`, and errors that
   * say `retryable: false`
   */
  readonly retryOn?: (error: unknown, attempt: Attempt) => boolean;
  /** A budget of its own, one shared with others, or none. @default { ratio: 0.1, reserve: 10 } */
  readonly budget?: RetryBudget | RetryBudgetOptions | false;
  /** A number from 0 up to 1, for the jitter. @default Math.random */
  readonly random?: () => number;
}

/**
 * Tries again what failed, within a budget. It stops at once, also in the middle of a wait, when the caller gives up,
 * and it does not begin a wait that would outlast the deadline.
 *
 * An error with `retryAfter` (milliseconds) makes the wait at least that long.
 *
 * @example
 * ```ts
 * const stubborn = retry({ attempts: 3 });
 * const answer = await stubborn.execute((attempt) => fetch(url, { signal: attempt.signal }));
 * ```
 */
export function retry(options: RetryOptions = {}): Retry {
  return new Retry(options);
}

/**
 * Made by {@link retry}.
 *
 * @example
 * ```ts
 * const stubborn: Retry = retry();
 * ```
 */
export class Retry extends Strategy {
  readonly kind = 'retry';
  readonly attempts: number;
  readonly budget: RetryBudget | undefined;
  readonly #delay: number;
  readonly #maximumDelay: number;
  readonly #retryOn: (error: unknown, attempt: Attempt) => boolean;
  readonly #random: () => number;
  /** @internal */ readonly counts = {
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    retries: 0,
    rescued: 0,
    gaveUpAttempts: 0,
    gaveUpNotRetryable: 0,
    gaveUpBudget: 0,
    gaveUpDeadline: 0,
    gaveUpIsRetry: 0,
    gaveUpRetriedInside: 0,
  };

  constructor(options: RetryOptions = {}) {
    super(options, 'retry');
    const settings = new SettingsCheck(this.name);
    this.attempts = settings.whole('attempts', options.attempts ?? 3, 1);
    this.#delay = settings.notNegative('delay', options.delay ?? 50);
    this.#maximumDelay = settings.notNegative('maximumDelay', options.maximumDelay ?? 2000);
    settings.check();
    this.#retryOn = options.retryOn ?? isRetryable;
    this.#random = options.random ?? Math.random;
    const budget = options.budget ?? {};
    if (budget !== false) this.budget = budget instanceof RetryBudget ? budget : new RetryBudget(budget);
  }

  describe(): StrategyDescription {
    return {
      kind: this.kind,
      name: this.name,
      settings: {
        attempts: this.attempts,
        delay: this.#delay,
        maximumDelay: this.#maximumDelay,
        jitter: 'full',
        budget: this.budget !== undefined,
        ...(this.budget && { budgetRatio: this.budget.ratio, budgetReserve: this.budget.reserve }),
      },
    };
  }

  snapshot(): StrategySnapshot {
    const gauges: Record<string, number> = this.budget ? { budget: this.budget.available } : {};
    return { kind: this.kind, name: this.name, counters: { ...this.counts }, gauges };
  }

  /** @internal */
  link(next: Stage): Stage {
    return (receiver, scope, now) => next(new RetriedCall(this, next, receiver, scope), scope, now);
  }

  /** @internal The wait before the next try, or why there is none. */
  decide(error: unknown, tried: number, scope: Scope, attempt: Attempt): number | GiveUpCause {
    if (tried >= this.attempts) return 'attempts';
    if (!this.#retryOn(error, attempt)) return 'not-retryable';
    if (wasRetried(error)) return 'retried-inside';
    if (scope.repeated) return 'is-retry';
    const delay = Math.max(this.#backoff(tried), retryAfterOf(error));
    if (delay >= scope.remaining()) return 'deadline';
    if (this.budget !== undefined && !this.budget.spend()) return 'budget';
    return delay;
  }

  #backoff(tried: number): number {
    return this.#random() * Math.min(this.#maximumDelay, this.#delay * 2 ** (tried - 1));
  }
}

function isRetryable(error: unknown): boolean {
  if (error instanceof DeadlineExceeded) return false;
  if (typeof error !== 'object' || error === null) return true;
  if ('retryable' in error) return error.retryable !== false;
  // Somebody stopped it on purpose.
  return !('name' in error && error.name === 'AbortError');
}

function retryAfterOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('retryAfter' in error)) return 0;
  return typeof error.retryAfter === 'number' && error.retryAfter > 0 ? error.retryAfter : 0;
}

const giveUpCounters = {
  attempts: 'gaveUpAttempts',
  'not-retryable': 'gaveUpNotRetryable',
  budget: 'gaveUpBudget',
  deadline: 'gaveUpDeadline',
  'is-retry': 'gaveUpIsRetry',
  'retried-inside': 'gaveUpRetriedInside',
} as const;

/** One call and its tries, one after the other; between them it waits in the queue of deadlines. */
class RetriedCall implements Receiver, CancelListener, Deadline {
  expiry = 0;
  position = -1;
  nextListener: CancelListener | undefined;
  readonly #retry: Retry;
  readonly #next: Stage;
  readonly #receiver: Receiver;
  readonly #scope: Scope;
  #tried = 1;
  #current: Scope;

  constructor(retry: Retry, next: Stage, receiver: Receiver, scope: Scope) {
    this.#retry = retry;
    this.#next = next;
    this.#receiver = receiver;
    this.#scope = scope;
    // The first try needs no scope of its own: when it fails, nothing of it is left to cancel.
    this.#current = scope;
  }

  succeed(value: unknown): void {
    const { counts, budget } = this.#retry;
    if (this.#scope.isCancelled) counts.cancelled++;
    else {
      counts.succeeded++;
      if (this.#tried === 1) budget?.earn();
      else {
        counts.rescued++;
        this.#scope.degraded = this.#current.degraded;
      }
    }
    this.#receiver.succeed(value);
  }

  fail(error: unknown): void {
    if (this.#scope.isCancelled) {
      this.#retry.counts.cancelled++;
      this.#receiver.fail(error);
      return;
    }
    let decision: number | GiveUpCause;
    try {
      decision = this.#retry.decide(error, this.#tried, this.#scope, this.#current);
    } catch (thrown) {
      this.#giveUp(thrown, 'not-retryable');
      return;
    }
    if (typeof decision === 'string') this.#giveUp(error, decision);
    else this.#wait(decision, error);
  }

  /** The wait is over. */
  expired(): void {
    this.#scope.call.resume(() => this.#tryAgain());
  }

  /** Given up in the middle of the wait. A try under way ends by itself. */
  cancelled(reason: unknown): void {
    if (this.position < 0) return;
    this.#retry.deadlines.remove(this);
    this.#retry.counts.cancelled++;
    this.#receiver.fail(reason);
  }

  #wait(delay: number, error: unknown): void {
    const retry = this.#retry;
    const scope = this.#scope;
    retry.counts.retries++;
    if (retry.isObserved) {
      retry.emit({ type: 'retrying', strategy: retry.name, attempt: this.#tried + 1, delay, error });
    }
    const now = retry.clock.now();
    this.expiry = now + delay;
    retry.deadlines.add(this, now);
    if (this.#tried === 1) scope.onCancel(this);
    // Nobody may have listened to the caller so far. If it has given up already, that ends the wait here.
    scope.call.watchCaller();
  }

  #tryAgain(): void {
    this.#tried++;
    this.#scope.degraded = undefined;
    this.#current = new ChildScope(this.#scope, this.#tried, true);
    this.#next(this, this.#current, this.#retry.clock.now());
  }

  #giveUp(error: unknown, cause: GiveUpCause): void {
    const retry = this.#retry;
    retry.counts.failed++;
    retry.counts[giveUpCounters[cause]]++;
    if (retry.isObserved) {
      retry.emit({ type: 'gave-up', strategy: retry.name, attempts: this.#tried, cause, error });
    }
    if (this.#tried > 1 || cause === 'budget') markRetried(error);
    this.#receiver.fail(error);
  }
}
