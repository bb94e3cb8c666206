import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../clock/index.ts';
import { type Context, DeadlineExceeded, finishContext, remainingTime } from '../context/index.ts';
import { type Deadline, type DeadlineQueue, deadlineQueueOf } from '../resilience/deadline-queue.ts';
import type { Permit } from '../resilience/limited-call.ts';
import type { HttpExchange } from './exchange.ts';
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

/** What a request has beside itself: when it was reached, and what ends with it. */
export class RequestScope {
  readonly received: number;
  readonly waited: number;
  shed: ShedReason | undefined;
  error: unknown;
  /** Whether observers were told of its start. */
  started = false;
  /** Whether it was answered because its time was over, while its work may go on. */
  timedOut = false;
  /** Its place among the requests at hand. */
  permit: Permit | undefined;
  readonly #clock: Clock;
  readonly #deadlines: DeadlineQueue;
  #deadline: Deadline | undefined;
  #context: Context | undefined;
  /** Made when somebody asks for the signal, which few handlers do. */
  #caller: AbortController | undefined;
  /** Why the work is over before its end. */
  #ended: Error | undefined;
  /** Every context that this request was given; each may hold a timer. */
  #earlier: Context[] | undefined;

  constructor(clock: Clock, waited: number) {
    this.#clock = clock;
    this.#deadlines = deadlineQueueOf(clock);
    this.received = clock.now();
    this.waited = waited;
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
    if (this.#context !== undefined && this.#context !== context) {
      this.#earlier ??= [];
      this.#earlier.push(this.#context);
    }
    this.#context = context;
  }

  /** Answers 504 at the deadline, whatever the handler does. */
  watchDeadline(reply: FastifyReply, context: Context): void {
    if (context.deadline === undefined) return;
    const { deadline } = context;
    const expired = (): void => {
      const left = remainingTime(context, this.#clock);
      // By the wall clock it may be a little early.
      if (left > 0) return this.#watch(left, expired);
      const error = new DeadlineExceeded(deadline);
      // First, since the answer's end lets go of the signal.
      this.#end(error);
      this.timedOut = true;
      if (!reply.sent) reply.send(error);
    };
    const left = remainingTime(context, this.#clock);
    if (left > 0) this.#watch(left, expired);
    else expired();
  }

  /** The answer was handed over, or the caller went away. */
  finish(request: FastifyRequest, reply: FastifyReply): HttpExchange | undefined {
    const context = this.#context;
    const aborted = !reply.raw.writableEnded;
    if (this.#deadline !== undefined) this.#deadlines.remove(this.#deadline);
    if (aborted) this.#end(new CallerGone());
    this.permit?.release();
    if (context === undefined) return undefined;
    finishContext(context);
    if (this.#earlier) for (const earlier of this.#earlier) finishContext(earlier);
    return {
      method: request.method,
      route: request.routeOptions.url,
      status: reply.raw.statusCode,
      duration: this.#clock.now() - this.received,
      waited: this.waited,
      started: this.started,
      ...(this.shed && { shed: this.shed }),
      aborted,
      ...(this.error !== undefined && { error: this.error }),
      context,
    };
  }

  #watch(left: number, expired: () => void): void {
    const now = this.#clock.now();
    this.#deadline = { expiry: now + left, position: -1, expired };
    this.#deadlines.add(this.#deadline, now);
  }

  #end(reason: Error): void {
    this.#ended = reason;
    this.#caller?.abort(reason);
  }
}
