import { type Context, type Priority, priorities, rootContext } from '../context/index.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import type { CancelListener, Scope } from './scope.ts';
import type { Receiver, Stage } from './stage.ts';
import type { Waiter } from './wait-list.ts';

const ranks = Object.fromEntries(priorities.map((priority, rank) => [priority, rank])) as Record<
  Priority,
  number
>;

/** A call of a pipeline with a place under the limit, or on the way to one. */
export class LimitedCall implements Receiver, CancelListener, Waiter {
  readonly rank: number;
  arrived = 0;
  expiry = 0;
  position = -1;
  before: Waiter | undefined;
  after: Waiter | undefined;
  isWaiting = false;
  nextListener: CancelListener | undefined;
  readonly #limit: ConcurrencyLimit;
  readonly #next: Stage;
  readonly #receiver: Receiver;
  readonly #scope: Scope;
  #started = 0;
  #hasWaited = false;

  constructor(limit: ConcurrencyLimit, next: Stage, receiver: Receiver, scope: Scope) {
    this.rank = ranks[scope.priority];
    this.#limit = limit;
    this.#next = next;
    this.#receiver = receiver;
    this.#scope = scope;
  }

  /** It has to wait: from now on it listens to whoever may give it up. */
  queued(): void {
    this.#hasWaited = true;
    this.#scope.onCancel(this);
    this.#scope.call.watchCaller();
  }

  proceed(now: number): void {
    this.#started = now;
    if (this.#hasWaited) this.#scope.call.resume(() => this.#next(this, this.#scope, now));
    else this.#next(this, this.#scope, now);
  }

  turnAway(error: Error): void {
    this.#scope.call.resume(() => this.#receiver.fail(error));
  }

  succeed(value: unknown): void {
    this.#limit.release(this.#started);
    this.#receiver.succeed(value);
  }

  fail(error: unknown): void {
    this.#limit.release(this.#started);
    this.#receiver.fail(error);
  }

  expired(): void {
    this.turnAway(this.#limit.expire(this));
  }

  cancelled(reason: unknown): void {
    if (!this.isWaiting) return;
    this.#limit.leave(this);
    this.#receiver.fail(reason);
  }
}

/**
 * A place under a concurrency limit.
 *
 * @example
 * ```ts
 * const permit: Permit = await shield.acquire();
 * try {
 *   await handle(request);
 * } finally {
 *   permit.release();
 * }
 * ```
 */
export interface Permit {
  /** Gives the place back. Further calls do nothing. */
  release(): void;
}

/** A place that was taken at a time of the limit's clock. */
export class HeldPermit implements Permit {
  readonly #limit: ConcurrencyLimit;
  readonly #started: number;
  #isReleased = false;

  constructor(limit: ConcurrencyLimit, started: number) {
    this.#limit = limit;
    this.#started = started;
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#limit.release(this.#started);
  }
}

/** Somebody who wants a permit. */
export class Acquisition implements Waiter {
  readonly rank: number;
  arrived = 0;
  expiry = 0;
  position = -1;
  before: Waiter | undefined;
  after: Waiter | undefined;
  isWaiting = false;
  readonly #limit: ConcurrencyLimit;
  readonly #context: Context;
  #permit: HeldPermit | undefined;
  #resolve: ((permit: Permit) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;

  constructor(limit: ConcurrencyLimit, context: Context) {
    this.rank = ranks[context.priority];
    this.#limit = limit;
    this.#context = context;
  }

  /** The permit when there was a place at once, else a promise of it. */
  result(): Permit | Promise<Permit> {
    if (this.#permit !== undefined) return this.#permit;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      if (this.#context === rootContext) return;
      const { signal } = this.#context;
      if (signal.aborted) this.handleEvent();
      else signal.addEventListener('abort', this);
    });
  }

  proceed(now: number): void {
    this.#permit = new HeldPermit(this.#limit, now);
    this.#unlisten();
    this.#resolve?.(this.#permit);
  }

  turnAway(error: unknown): void {
    this.#unlisten();
    this.#reject?.(error);
  }

  queued(): void {}

  expired(): void {
    this.turnAway(this.#limit.expire(this));
  }

  /** The caller has given up. */
  handleEvent(): void {
    if (!this.isWaiting) return;
    this.#limit.leave(this);
    this.turnAway(this.#context.signal.reason);
  }

  #unlisten(): void {
    // Without a promise nobody has listened yet.
    if (this.#resolve !== undefined && this.#context !== rootContext) {
      this.#context.signal.removeEventListener('abort', this);
    }
  }
}
