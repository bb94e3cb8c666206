import { BulkheadFullError } from './errors.ts';
import type { CancelListener, Scope } from './scope.ts';
import { SettingsCheck } from './settings.ts';
import type { Receiver, Stage } from './stage.ts';
import {
  Strategy,
  type StrategyDescription,
  type StrategyOptions,
  type StrategySnapshot,
} from './strategy.ts';
import { type Waiter, WaitList } from './wait-list.ts';

/**
 * How many calls may be under way, and how many may wait.
 *
 * @example
 * ```ts
 * const options: BulkheadOptions = { concurrency: 10, queue: 20 };
 * ```
 */
export interface BulkheadOptions extends StrategyOptions {
  /** The most calls under way at the same time. */
  readonly concurrency: number;
  /** The most calls that wait for a place. @default 0 */
  readonly queue?: number;
  /** The longest wait in milliseconds. @default Infinity: as long as the call itself may take */
  readonly maximumWait?: number;
}

/**
 * Bounds how much of the service one dependency can occupy. Waiting calls are served in the order in which they came,
 * and leave the queue when they are given up. A call whose work goes on after its end, because it does not heed its
 * signal, keeps its place until the work is really over.
 *
 * @throws {@link BulkheadFullError} through the promise.
 * @example
 * ```ts
 * const reports = bulkhead({ concurrency: 4, queue: 16 });
 * const report = await reports.execute(() => render(order));
 * ```
 */
export function bulkhead(options: BulkheadOptions): Bulkhead {
  return new Bulkhead(options);
}

/**
 * Made by {@link bulkhead}.
 *
 * @example
 * ```ts
 * const reports: Bulkhead = bulkhead({ concurrency: 4 });
 * ```
 */
export class Bulkhead extends Strategy {
  readonly kind = 'bulkhead';
  readonly concurrency: number;
  readonly #queue: number;
  readonly #maximumWait: number;
  readonly #waiting = new WaitList(1);
  readonly #counts = { admitted: 0, queued: 0, rejected: 0, waitedTooLong: 0, leftQueue: 0 };
  #active = 0;
  #isHandingOn = false;

  constructor(options: BulkheadOptions) {
    super(options, 'bulkhead');
    const settings = new SettingsCheck(this.name);
    this.concurrency = settings.whole('concurrency', options.concurrency, 1);
    this.#queue = settings.whole('queue', options.queue ?? 0, 0);
    this.#maximumWait = settings.positive('maximumWait', options.maximumWait ?? Number.POSITIVE_INFINITY);
    settings.check();
  }

  describe(): StrategyDescription {
    const settings = {
      concurrency: this.concurrency,
      queue: this.#queue,
      maximumWait: this.#maximumWait,
    };
    return { kind: this.kind, name: this.name, settings };
  }

  snapshot(): StrategySnapshot {
    return {
      kind: this.kind,
      name: this.name,
      counters: { ...this.#counts },
      gauges: { active: this.#active, waiting: this.#waiting.size, concurrency: this.concurrency },
    };
  }

  /** @internal */
  link(next: Stage): Stage {
    return (receiver, scope, now) => {
      if (this.#active < this.concurrency) {
        this.#active++;
        this.#counts.admitted++;
        next(new PlacedCall(this, next, receiver, scope), scope, now);
      } else if (this.#waiting.size < this.#queue) {
        this.#enqueue(new PlacedCall(this, next, receiver, scope), now);
      } else {
        this.#counts.rejected++;
        receiver.fail(this.#refusal(`${this.concurrency} calls are under way and ${this.#queue} wait`));
      }
    };
  }

  /**
   * @internal A place is free: hands it on. A loop and not a recursion, since work that ends at once would otherwise
   * pile up the whole queue on the stack.
   */
  release(): void {
    this.#active--;
    if (this.#isHandingOn) return;
    this.#isHandingOn = true;
    while (this.#active < this.concurrency) {
      const call = this.#waiting.shift();
      if (call === undefined) break;
      this.#active++;
      this.#counts.admitted++;
      call.proceed(this.clock.now());
    }
    this.#isHandingOn = false;
  }

  /** @internal A call goes away before its turn. */
  leave(call: Waiter): void {
    this.#counts.leftQueue++;
    this.deadlines.remove(call);
    this.#waiting.remove(call);
  }

  /** @internal Its time in the queue is over. */
  expire(call: Waiter): Error {
    this.#counts.waitedTooLong++;
    this.#waiting.remove(call);
    return this.#refusal(`no place within ${this.#maximumWait} ms`);
  }

  #enqueue(call: PlacedCall, now: number): void {
    this.#counts.queued++;
    this.#waiting.push(call);
    if (this.#maximumWait !== Number.POSITIVE_INFINITY) {
      call.expiry = now + this.#maximumWait;
      this.deadlines.add(call, now);
    }
    call.queued();
  }

  #refusal(problem: string): Error {
    const error = new BulkheadFullError(this.name, problem);
    if (this.isObserved) this.emit({ type: 'rejected', strategy: this.name, error });
    return error;
  }
}

/** A call with a place, or on the way to one. */
class PlacedCall implements Receiver, CancelListener, Waiter {
  readonly rank = 0;
  arrived = 0;
  expiry = 0;
  position = -1;
  before: Waiter | undefined;
  after: Waiter | undefined;
  isWaiting = false;
  nextListener: CancelListener | undefined;
  readonly #bulkhead: Bulkhead;
  readonly #next: Stage;
  readonly #receiver: Receiver;
  readonly #scope: Scope;

  constructor(bulkhead: Bulkhead, next: Stage, receiver: Receiver, scope: Scope) {
    this.#bulkhead = bulkhead;
    this.#next = next;
    this.#receiver = receiver;
    this.#scope = scope;
  }

  queued(): void {
    this.#scope.onCancel(this);
    // Nobody may have listened to the caller so far. If it has given up already, that ends the wait here.
    this.#scope.call.watchCaller();
  }

  proceed(now: number): void {
    this.#bulkhead.deadlines.remove(this);
    this.#scope.call.resume(() => this.#next(this, this.#scope, now));
  }

  succeed(value: unknown): void {
    this.#bulkhead.release();
    this.#receiver.succeed(value);
  }

  fail(error: unknown): void {
    this.#bulkhead.release();
    this.#receiver.fail(error);
  }

  turnAway(error: unknown): void {
    this.#receiver.fail(error);
  }

  expired(): void {
    const error = this.#bulkhead.expire(this);
    this.#scope.call.resume(() => this.turnAway(error));
  }

  cancelled(reason: unknown): void {
    if (!this.isWaiting) return;
    this.#bulkhead.leave(this);
    this.#receiver.fail(reason);
  }
}
