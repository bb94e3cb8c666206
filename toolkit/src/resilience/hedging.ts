import type { Deadline } from './deadline-queue.ts';
import { RejectedError } from './errors.ts';
import { RetryBudget, type RetryBudgetOptions } from './retry-budget.ts';
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
 * When a slow attempt gets company.
 *
 * @example
 * ```ts
 * const options: HedgingOptions = { after: 80, attempts: 2 };
 * ```
 */
export interface HedgingOptions extends StrategyOptions {
  /** Milliseconds without an answer until a further attempt starts: about the 95th percentile of the latency. */
  readonly after: number;
  /** The most attempts at the same time, the first included. @default 2 */
  readonly attempts?: number;
  /** Bounds the additional load. @default { ratio: 0.1, reserve: 10 } */
  readonly budget?: RetryBudget | RetryBudgetOptions | false;
}

/**
 * Starts a further attempt beside one that is slow, takes the first success and cancels the others. Cuts the latency
 * that single slow instances cause. Only for work that may be done twice.
 *
 * @example
 * ```ts
 * const reads = hedging({ after: 80 });
 * const page = await reads.execute((attempt) => fetch(url, { signal: attempt.signal }));
 * ```
 */
export function hedging(options: HedgingOptions): Hedging {
  return new Hedging(options);
}

/**
 * Made by {@link hedging}.
 *
 * @example
 * ```ts
 * const reads: Hedging = hedging({ after: 80 });
 * ```
 */
export class Hedging extends Strategy {
  readonly kind = 'hedging';
  readonly after: number;
  readonly attempts: number;
  readonly budget: RetryBudget | undefined;
  /** @internal */ readonly counts = {
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    hedges: 0,
    hedgesWon: 0,
    withoutBudget: 0,
  };

  constructor(options: HedgingOptions) {
    super(options, 'hedging');
    const settings = new SettingsCheck(this.name);
    this.after = settings.notNegative('after', options.after);
    this.attempts = settings.whole('attempts', options.attempts ?? 2, 2);
    settings.check();
    const budget = options.budget ?? {};
    if (budget !== false) this.budget = budget instanceof RetryBudget ? budget : new RetryBudget(budget);
  }

  describe(): StrategyDescription {
    const settings = {
      after: this.after,
      attempts: this.attempts,
      budget: this.budget !== undefined,
      ...(this.budget && { budgetRatio: this.budget.ratio, budgetReserve: this.budget.reserve }),
    };
    return { kind: this.kind, name: this.name, settings };
  }

  snapshot(): StrategySnapshot {
    const gauges: Record<string, number> = this.budget ? { budget: this.budget.available } : {};
    return { kind: this.kind, name: this.name, counters: { ...this.counts }, gauges };
  }

  /** @internal */
  link(next: Stage): Stage {
    return (receiver, scope, now) => new HedgedCall(this, next, receiver, scope).begin(now);
  }
}

/** Tells an attempt that another one was faster. */
class OvertakenError extends RejectedError {
  constructor(strategy: string) {
    super('OVERTAKEN', strategy, 'another attempt was faster', false);
  }
}

/** One call and its attempts side by side. */
class HedgedCall implements CancelListener, Deadline {
  expiry = 0;
  position = -1;
  nextListener: CancelListener | undefined;
  readonly #hedging: Hedging;
  readonly #next: Stage;
  readonly #receiver: Receiver;
  readonly #scope: Scope;
  readonly #running: HedgedAttempt[] = [];
  #started = 0;
  #isOver = false;

  constructor(hedging: Hedging, next: Stage, receiver: Receiver, scope: Scope) {
    this.#hedging = hedging;
    this.#next = next;
    this.#receiver = receiver;
    this.#scope = scope;
  }

  begin(now: number): void {
    this.#scope.onCancel(this);
    this.#start(now);
    // A request that is a repetition already is not multiplied further.
    if (!this.#isOver && !this.#scope.repeated) this.#waitForNext(now);
  }

  /** The attempts so far have taken long enough. */
  expired(): void {
    this.#scope.call.resume(() => {
      const hedging = this.#hedging;
      if (hedging.budget !== undefined && !hedging.budget.spend()) {
        hedging.counts.withoutBudget++;
        return;
      }
      hedging.counts.hedges++;
      if (hedging.isObserved) {
        hedging.emit({ type: 'hedging', strategy: hedging.name, attempt: this.#started + 1 });
      }
      const now = hedging.clock.now();
      this.#start(now);
      if (!this.#isOver && this.#started < hedging.attempts) this.#waitForNext(now);
    });
  }

  /** The attempts hear of it too; the last of them to end answers the receiver. */
  cancelled(): void {
    this.#hedging.deadlines.remove(this);
  }

  succeeded(attempt: HedgedAttempt, value: unknown): void {
    this.#forget(attempt);
    if (this.#isOver) return;
    this.#end();
    const { counts, budget } = this.#hedging;
    if (this.#scope.isCancelled) counts.cancelled++;
    else {
      counts.succeeded++;
      if (attempt.number > this.#scope.number) counts.hedgesWon++;
      if (this.#started === 1) budget?.earn();
      this.#scope.degraded = attempt.degraded;
      const overtaken = new OvertakenError(this.#hedging.name);
      for (const other of [...this.#running]) other.cancel(overtaken);
    }
    this.#receiver.succeed(value);
  }

  failed(attempt: HedgedAttempt, error: unknown): void {
    this.#forget(attempt);
    // While another attempt is under way it may still succeed.
    if (this.#isOver || this.#running.length > 0) return;
    this.#end();
    if (this.#scope.isCancelled) this.#hedging.counts.cancelled++;
    else this.#hedging.counts.failed++;
    this.#receiver.fail(error);
  }

  #start(now: number): void {
    const number = this.#scope.number + this.#started;
    const repeated = this.#scope.repeated || this.#started > 0;
    this.#started++;
    const attempt = new HedgedAttempt(this, this.#scope, number, repeated);
    this.#running.push(attempt);
    this.#next(attempt, attempt, now);
  }

  #waitForNext(now: number): void {
    this.expiry = now + this.#hedging.after;
    this.#hedging.deadlines.add(this, now);
  }

  #forget(attempt: HedgedAttempt): void {
    this.#running.splice(this.#running.indexOf(attempt), 1);
  }

  #end(): void {
    this.#isOver = true;
    this.#hedging.deadlines.remove(this);
  }
}

class HedgedAttempt extends ChildScope implements Receiver {
  readonly #hedged: HedgedCall;

  constructor(hedged: HedgedCall, parent: Scope, number: number, repeated: boolean) {
    super(parent, number, repeated);
    this.#hedged = hedged;
  }

  succeed(value: unknown): void {
    this.#hedged.succeeded(this, value);
  }

  fail(error: unknown): void {
    this.#hedged.failed(this, error);
  }
}
