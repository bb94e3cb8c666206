import type { Clock } from '../clock/index.ts';
import type { Context, Principal, Priority, TraceContext } from '../context/index.ts';
import type { Attempt, Degradation } from './attempt.ts';
import type { Call } from './call.ts';
import { withRetryMark } from './retry-marker.ts';

/** Something inside a scope that must know when the scope is cancelled. It ignores that when it has ended already. */
export interface CancelListener {
  /** The next one in the scope's list. Belongs to the scope. */
  nextListener: CancelListener | undefined;
  cancelled(reason: unknown): void;
}

/** Says that an answer is not fresh, and why. */
export interface Degraded {
  readonly degradation: Exclude<Degradation, 'fresh'>;
  readonly reason: unknown;
}

/**
 * An attempt from the inside: a node in the tree of what can be cancelled together. The root is the call; `timeout`,
 * `retry` and `hedging` grow branches. Everything costly (signal, baggage, wall-clock deadline) is made when asked for.
 */
export abstract class Scope implements Attempt {
  abstract readonly call: Call;
  abstract readonly clock: Clock;
  number: number;
  /** When it is given up, in the clock's monotonic milliseconds; `Infinity` when nothing limits it. */
  expiry: number;
  position = -1;
  /** Whether this is a repetition, by us or by a caller further up. */
  repeated: boolean;
  isCancelled = false;
  /** How much less than asked for the answer is; undefined when it is fresh. */
  degraded: Degraded | undefined;
  reason: unknown;
  #listeners: CancelListener | undefined;
  #controller: AbortController | undefined;

  constructor(number: number, expiry: number, repeated: boolean) {
    this.number = number;
    this.expiry = expiry;
    this.repeated = repeated;
  }

  get deadline(): number | undefined {
    if (this.expiry === Number.POSITIVE_INFINITY) return undefined;
    const { clock, context } = this.call;
    // The context's own figure where it is the nearest: a detour over the other clock would shift it a little.
    if (this.expiry === this.call.expiry) return context.deadline;
    return clock.wall() + (this.expiry - clock.now());
  }

  get priority(): Priority {
    return this.call.context.priority;
  }

  get principal(): Principal | undefined {
    return this.call.context.principal;
  }

  get tenant(): string | undefined {
    return this.call.context.tenant;
  }

  get trace(): TraceContext | undefined {
    return this.call.context.trace;
  }

  get baggage(): Context['baggage'] {
    const { baggage } = this.call.context;
    return this.repeated && !this.call.repeated ? withRetryMark(baggage, this.call.clock) : baggage;
  }

  get local(): Context['local'] {
    return this.call.context.local;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      this.call.watchCaller();
      if (this.isCancelled) this.#controller.abort(this.reason);
    }
    return this.#controller.signal;
  }

  /** The time is over: cancels whatever is as old as that, up to the call. */
  abstract expired(): void;

  remaining(): number {
    if (this.expiry === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.expiry - this.call.clock.now());
  }

  degrade(degradation: Exclude<Degradation, 'fresh'>, reason?: unknown): void {
    this.degraded = { degradation, reason };
  }

  /** The listener stays in the list until the scope is forgotten, which is soon. */
  onCancel(listener: CancelListener): void {
    listener.nextListener = this.#listeners;
    this.#listeners = listener;
  }

  /** Tells everything inside that nobody waits for it any more. Who cancels also answers the receiver outside. */
  cancel(reason: unknown): void {
    if (this.isCancelled) return;
    this.isCancelled = true;
    this.reason = reason;
    for (let listener = this.#listeners; listener !== undefined; listener = listener.nextListener) {
      listener.cancelled(reason);
    }
    this.#listeners = undefined;
    this.#controller?.abort(reason);
  }
}

/** One of several attempts of a call. */
export class ChildScope extends Scope implements CancelListener {
  readonly call: Call;
  nextListener: CancelListener | undefined;
  readonly #parent: Scope;

  constructor(parent: Scope, number: number, repeated: boolean) {
    super(number, parent.expiry, repeated);
    this.call = parent.call;
    this.#parent = parent;
    parent.onCancel(this);
  }

  get clock(): Clock {
    return this.call.clock;
  }

  expired(): void {
    this.#parent.expired();
  }

  cancelled(reason: unknown): void {
    this.cancel(reason);
  }
}
