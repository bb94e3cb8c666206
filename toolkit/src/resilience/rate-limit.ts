import type { Deadline } from './deadline-queue.ts';
import { RateLimitedError } from './errors.ts';
import type { CancelListener, Scope } from './scope.ts';
import { SettingsCheck } from './settings.ts';
import type { Receiver, Stage } from './stage.ts';
import {
  Strategy,
  type StrategyDescription,
  type StrategyOptions,
  type StrategySnapshot,
} from './strategy.ts';

/**
 * How many calls in which time.
 *
 * @example
 * ```ts
 * const options: RateLimitOptions = { rate: 100, per: 1000, burst: 20 };
 * ```
 */
export interface RateLimitOptions extends StrategyOptions {
  /** Calls per `per`, above zero. */
  readonly rate: number;
  /** Milliseconds. @default 1000 */
  readonly per?: number;
  /** How many calls may come at once after a pause. @default the rate, at least 1 */
  readonly burst?: number;
  /** How many milliseconds a call may wait for its turn instead of being refused. @default 0 */
  readonly maximumWait?: number;
}

/**
 * Keeps calls to an agreed rate, evenly spread once the burst is used up: a generic cell rate algorithm, one number of
 * state. It counts in this process only.
 *
 * @throws {@link RateLimitedError} through the promise.
 * @example
 * ```ts
 * const partner = rateLimit({ rate: 50, per: 1000, maximumWait: 200 });
 * await partner.execute((attempt) => fetch(url, { signal: attempt.signal }));
 * ```
 */
export function rateLimit(options: RateLimitOptions): RateLimit {
  return new RateLimit(options);
}

/**
 * Made by {@link rateLimit}.
 *
 * @example
 * ```ts
 * const partner: RateLimit = rateLimit({ rate: 50 });
 * ```
 */
export class RateLimit extends Strategy {
  readonly kind = 'rate-limit';
  readonly #settings: { rate: number; per: number; burst: number; maximumWait: number };
  /** Milliseconds between two calls at the full rate. */
  readonly #interval: number;
  /** How far ahead of its turn a call may come. */
  readonly #tolerance: number;
  /** @internal */ readonly counts = { admitted: 0, waited: 0, rejected: 0, leftQueue: 0 };
  /** When the next call would be due if all came evenly: the theoretical arrival time. */
  #due = Number.NEGATIVE_INFINITY;

  constructor(options: RateLimitOptions) {
    super(options, 'rate-limit');
    const settings = new SettingsCheck(this.name);
    const rate = settings.positive('rate', options.rate);
    const per = settings.positive('per', options.per ?? 1000);
    const burst = settings.whole('burst', options.burst ?? Math.max(1, Math.floor(rate)), 1);
    const maximumWait = settings.notNegative('maximumWait', options.maximumWait ?? 0);
    settings.check();
    this.#settings = { rate, per, burst, maximumWait };
    this.#interval = per / rate;
    this.#tolerance = (burst - 1) * this.#interval;
  }

  describe(): StrategyDescription {
    return { kind: this.kind, name: this.name, settings: this.#settings };
  }

  snapshot(): StrategySnapshot {
    const ahead = Math.max(0, this.#due - this.clock.now());
    const used = Math.min(this.#settings.burst, ahead / this.#interval);
    return {
      kind: this.kind,
      name: this.name,
      counters: { ...this.counts },
      gauges: { available: Math.floor(this.#settings.burst - used + 1e-9) },
    };
  }

  /** @internal */
  link(next: Stage): Stage {
    return (receiver, scope, now) => {
      const due = Math.max(this.#due, now);
      const wait = due - this.#tolerance - now;
      if (wait <= 1e-9) {
        this.#due = due + this.#interval;
        this.counts.admitted++;
        next(receiver, scope, now);
      } else if (wait <= this.#settings.maximumWait && wait < scope.remaining()) {
        this.#due = due + this.#interval;
        this.counts.waited++;
        new SpacedCall(this, next, receiver, scope).wait(now, wait);
      } else this.#refuse(receiver, wait);
    };
  }

  /** @internal A call goes away before its turn: the ones after it keep theirs, the place goes to the next to come. */
  giveBack(): void {
    this.#due -= this.#interval;
    this.counts.leftQueue++;
  }

  #refuse(receiver: Receiver, wait: number): void {
    this.counts.rejected++;
    const error = new RateLimitedError(this.name, Math.ceil(wait));
    if (this.isObserved) this.emit({ type: 'rejected', strategy: this.name, error });
    receiver.fail(error);
  }
}

/** A call that waits for its turn. */
class SpacedCall implements CancelListener, Deadline {
  expiry = 0;
  position = -1;
  nextListener: CancelListener | undefined;
  readonly #limit: RateLimit;
  readonly #next: Stage;
  readonly #receiver: Receiver;
  readonly #scope: Scope;

  constructor(limit: RateLimit, next: Stage, receiver: Receiver, scope: Scope) {
    this.#limit = limit;
    this.#next = next;
    this.#receiver = receiver;
    this.#scope = scope;
  }

  wait(now: number, wait: number): void {
    this.expiry = now + wait;
    this.#limit.deadlines.add(this, now);
    this.#scope.onCancel(this);
    this.#scope.call.watchCaller();
  }

  expired(): void {
    this.#limit.counts.admitted++;
    const now = this.#limit.clock.now();
    this.#scope.call.resume(() => this.#next(this.#receiver, this.#scope, now));
  }

  cancelled(reason: unknown): void {
    if (this.position < 0) return;
    this.#limit.deadlines.remove(this);
    this.#limit.giveBack();
    this.#receiver.fail(reason);
  }
}
