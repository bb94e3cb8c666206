import type { Clock } from '../clock/index.ts';
import type { Call } from './call.ts';
import { TimeoutError } from './errors.ts';
import { type CancelListener, Scope } from './scope.ts';
import { SettingsCheck } from './settings.ts';
import type { Receiver, Stage } from './stage.ts';
import {
  Strategy,
  type StrategyDescription,
  type StrategyOptions,
  type StrategySnapshot,
} from './strategy.ts';

/**
 * How long one attempt may take.
 *
 * @example
 * ```ts
 * const options: TimeoutOptions = { after: 300 };
 * ```
 */
export interface TimeoutOptions extends StrategyOptions {
  /** Milliseconds, above zero. */
  readonly after: number;
}

/**
 * Gives an attempt up when it takes too long: the caller gets a `TimeoutError` at once, and the signal of that attempt,
 * and of no other, aborts.
 *
 * @throws {@link TimeoutError} through the promise.
 * @example
 * ```ts
 * const quick = timeout({ after: 300 });
 * const answer = await quick.execute((attempt) => fetch(url, { signal: attempt.signal }));
 * ```
 */
export function timeout(options: TimeoutOptions): Timeout {
  return new Timeout(options);
}

/**
 * Made by {@link timeout}.
 *
 * @example
 * ```ts
 * const quick: Timeout = timeout({ after: 300 });
 * ```
 */
export class Timeout extends Strategy {
  readonly kind = 'timeout';
  readonly after: number;
  /** @internal */ readonly counts = { succeeded: 0, failed: 0, timedOut: 0, cancelled: 0, late: 0 };

  constructor(options: TimeoutOptions) {
    super(options, 'timeout');
    const settings = new SettingsCheck(this.name);
    this.after = settings.positive('after', options.after);
    settings.check();
  }

  describe(): StrategyDescription {
    return { kind: this.kind, name: this.name, settings: { after: this.after } };
  }

  snapshot(): StrategySnapshot {
    return { kind: this.kind, name: this.name, counters: { ...this.counts }, gauges: {} };
  }

  /** @internal */
  link(next: Stage): Stage {
    return (receiver, scope, now) => {
      const attempt = new TimedAttempt(this, receiver, scope, now);
      next(attempt, attempt, now);
    };
  }
}

/** An attempt with a time of its own: the scope of the work, and the receiver of its outcome. */
class TimedAttempt extends Scope implements Receiver, CancelListener {
  readonly call: Call;
  nextListener: CancelListener | undefined;
  readonly #timeout: Timeout;
  readonly #receiver: Receiver;
  readonly #parent: Scope;
  /** Whether the receiver has been told. */
  #isOver = false;

  constructor(timeout: Timeout, receiver: Receiver, parent: Scope, now: number) {
    const own = now + timeout.after;
    super(parent.number, Math.min(own, parent.expiry), parent.repeated);
    this.call = parent.call;
    this.#timeout = timeout;
    this.#receiver = receiver;
    this.#parent = parent;
    parent.onCancel(this);
    // When something further out expires first, it is the one to tell.
    if (own < parent.expiry) timeout.deadlines.add(this, now);
  }

  get clock(): Clock {
    return this.call.clock;
  }

  succeed(value: unknown): void {
    if (this.#isOver) {
      this.#timeout.counts.late++;
      return;
    }
    this.#end();
    if (!this.isCancelled) {
      this.#timeout.counts.succeeded++;
      if (this.degraded !== undefined) this.#parent.degraded = this.degraded;
    }
    this.#receiver.succeed(value);
  }

  fail(error: unknown): void {
    if (this.#isOver) {
      this.#timeout.counts.late++;
      return;
    }
    this.#end();
    if (!this.isCancelled) this.#timeout.counts.failed++;
    this.#receiver.fail(error);
  }

  expired(): void {
    if (this.#isOver || this.isCancelled) return;
    if (this.expiry >= this.#parent.expiry) {
      this.#parent.expired();
      return;
    }
    this.#end();
    const timeout = this.#timeout;
    timeout.counts.timedOut++;
    const error = new TimeoutError(timeout.name, timeout.after);
    this.call.resume(() => {
      if (timeout.isObserved) timeout.emit({ type: 'rejected', strategy: timeout.name, error });
      this.cancel(error);
      this.#receiver.fail(error);
    });
  }

  cancelled(reason: unknown): void {
    if (this.#isOver) return;
    this.#timeout.counts.cancelled++;
    this.#timeout.deadlines.remove(this);
    this.cancel(reason);
  }

  #end(): void {
    this.#isOver = true;
    if (this.position >= 0) this.#timeout.deadlines.remove(this);
  }
}
