import type { FastifyReply } from 'fastify';
import type { Clock } from '../clock/index.ts';
import type { Arrival } from '../context/carrier.ts';
import { type Context, DeadlineExceeded, finishContext, type Priority } from '../context/index.ts';
import type { Deadline, DeadlineQueue } from '../resilience/deadline-queue.ts';
import type { Permit } from '../resilience/limited-call.ts';
import type { RouteState } from './route-state.ts';
import type { ShedReason } from './shedding.ts';

/**
 * The caller closed its connection before the answer was complete.
 *
 * @example
 * if (error instanceof CallerGone) return; // nobody is left to answer
 */
export class CallerGone extends Error {
  override readonly name = 'CallerGone';
  /** A fixed text that survives bundling and copies of the package. */
  readonly code = 'CALLER_GONE';

  constructor() {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super('The caller went away');
    Error.stackTraceLimit = limit;
  }
}

/** What the requests of a server share to measure time. */
export interface ServerTime {
  readonly clock: Clock;
  readonly deadlines: DeadlineQueue;
}

/**
 * What a request has beside itself: when it was reached, and what ends with it. One object that is all of it, since
 * one is made for each request: the source of its context's signal, its deadline in the queue of all, its state.
 */
export class RequestScope implements Arrival, Deadline {
  /** When it was reached, on the clock's monotonic time and in epoch milliseconds. */
  readonly received: number;
  readonly wall: number;
  /** Milliseconds for which it had waited then, as far as is known. */
  readonly waited: number;
  readonly route: RouteState;
  shed: ShedReason | undefined;
  error: unknown;
  /** Whether observers were told of its start. */
  started = false;
  /** Whether it was answered because its time was over, while its work may go on. */
  timedOut = false;
  /** Its place among the requests at hand. */
  permit: Permit | undefined;
  /** Its place in the queue of deadlines. */
  expiry = Number.POSITIVE_INFINITY;
  position = -1;
  readonly #time: ServerTime;
  #reply: FastifyReply | undefined;
  #context: Context | undefined;
  /** Contexts that it was given before, each of which may hold a timer: the first, and the rare others. */
  #first: Context | undefined;
  #others: Context[] | undefined;
  /** Made when somebody asks for the signal, which few handlers do. */
  #caller: AbortController | undefined;
  /** Why the work is over before its end. */
  #ended: Error | undefined;

  constructor(time: ServerTime, route: RouteState, received: number, waited: number) {
    this.#time = time;
    this.route = route;
    this.received = received;
    this.wall = time.clock.wall();
    this.waited = waited;
  }

  /** The priority if the request names none. */
  get priority(): Priority {
    return this.route.priority;
  }

  /** Aborted when the caller goes away, or at the deadline. */
  readonly signal = (): AbortSignal => {
    this.#caller ??= new AbortController();
    if (this.#ended !== undefined) this.#caller.abort(this.#ended);
    return this.#caller.signal;
  };

  get context(): Context | undefined {
    return this.#context;
  }

  set context(context: Context | undefined) {
    if (context === this.#context) return;
    if (this.#context !== undefined) {
      if (this.#first === undefined) this.#first = this.#context;
      else (this.#others ??= []).push(this.#context);
    }
    this.#context = context;
  }

  /** Milliseconds that were left of its time when it was received: `Infinity` for one without a deadline. */
  remaining({ deadline }: Context): number {
    return deadline === undefined ? Number.POSITIVE_INFINITY : deadline - this.wall;
  }

  /**
   * Answers 504 at the deadline, whatever the handler does.
   *
   * @param now the clock's monotonic time
   */
  watchDeadline(reply: FastifyReply, context: Context, now: number): void {
    const remaining = this.remaining(context);
    if (remaining === Number.POSITIVE_INFINITY) return;
    this.#reply = reply;
    this.expiry = this.received + remaining;
    if (this.expiry > now) this.#time.deadlines.add(this, now);
    else this.expired();
  }

  /** Its time is over. */
  expired(): void {
    const { deadline } = this.#context ?? {};
    if (deadline === undefined) return;
    const left = deadline - this.#time.clock.wall();
    if (left > 0) {
      // By the wall clock it is a little early.
      const now = this.#time.clock.now();
      this.expiry = now + left;
      this.#time.deadlines.add(this, now);
      return;
    }
    const error = new DeadlineExceeded(deadline);
    // First, since the answer's end lets go of the signal.
    this.#end(error);
    this.timedOut = true;
    if (this.#reply?.sent === false) this.#reply.send(error);
  }

  /** The answer was handed over, or the caller went away. */
  finish(aborted: boolean): void {
    if (this.position >= 0) this.#time.deadlines.remove(this);
    if (aborted) this.#end(new CallerGone());
    this.permit?.release();
    if (this.#context !== undefined) finishContext(this.#context);
    if (this.#first !== undefined) finishContext(this.#first);
    if (this.#others !== undefined) for (const context of this.#others) finishContext(context);
  }

  #end(reason: Error): void {
    this.#ended = reason;
    this.#caller?.abort(reason);
  }
}
