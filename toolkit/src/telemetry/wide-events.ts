import { type Clock, systemClock } from '../clock/index.ts';
import { type Context, currentContext, deriveContext, runInContext } from '../context/index.ts';
import { errorType } from './error-type.ts';
import { Sampler } from './sampling.ts';
import { type FieldValue, FillingEvent, type WideEvent, wideEventKey } from './wide-event.ts';

/**
 * Where events are written: a pino logger, or anything with these two methods.
 *
 * @example
 * ```ts
 * const sink: WideEventSink = { info: (fields) => send(fields), error: (fields) => send(fields) };
 * ```
 */
export interface WideEventSink {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * Which events are written.
 *
 * @example
 * ```ts
 * const options: WideEventsOptions = { logger, rate: 0.05, slowAfter: 500 };
 * ```
 */
export interface WideEventsOptions {
  readonly logger: WideEventSink;
  /** The share of the ordinary events that is written, from 0 to 1. @default 0.1 */
  readonly rate?: number;
  /** Milliseconds from which an event is slow, and written always. @default 1000 */
  readonly slowAfter?: number;
  /** The most fields of an event. @default 100 */
  readonly maximumFields?: number;
  /** The most characters of a text and items of a list. @default 1000 */
  readonly maximumLength?: number;
  /** Draws where there is no trace to decide by. @default Math.random */
  readonly random?: () => number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * What {@link WideEvents} has counted.
 *
 * @example
 * ```ts
 * const { written, sampledOut }: WideEventCounts = events.counts;
 * ```
 */
export interface WideEventCounts {
  readonly written: number;
  readonly sampledOut: number;
  /** Fields that did not fit into their event. */
  readonly droppedFields: number;
}

/**
 * How a piece of work ended.
 *
 * @example
 * ```ts
 * const ending: WideEventEnd = { message: 'GET /orders', isFailure: status >= 500, error };
 * ```
 */
export interface WideEventEnd {
  /** What it was, in a few words of which there are not many. */
  readonly message: string;
  /** Whether it failed: then the event is written always, as an error. @default whether there is an error */
  readonly isFailure?: boolean;
  readonly error?: unknown;
  /** Milliseconds. @default since it began */
  readonly duration?: number;
}

/**
 * One event for each piece of work instead of many log lines: everything that is known about it side by side, written
 * when it is over. Failures and slow ones are always written, of the others a share, decided by the trace, so that all
 * services keep the same ones; `sample_rate` in each tells how many it stands for.
 *
 * @example
 * ```ts
 * const events = createWideEvents({ logger, rate: 0.05 });
 * await events.run('nightly import', { 'import.source': 'sap' }, async () => {
 *   wideEvent().set({ 'import.rows': await importRows() });
 * });
 * ```
 */
export function createWideEvents(options: WideEventsOptions): WideEvents {
  return new WideEvents(options);
}

/**
 * Made by {@link createWideEvents}.
 *
 * @example
 * ```ts
 * const events: WideEvents = createWideEvents({ logger });
 * ```
 */
export class WideEvents {
  readonly #logger: WideEventSink;
  readonly #rate: number;
  readonly #slowAfter: number;
  readonly #limits: { readonly fields: number; readonly length: number };
  readonly #sampler: Sampler;
  readonly #clock: Clock;
  readonly #counts = { written: 0, sampledOut: 0, droppedFields: 0 };

  constructor(options: WideEventsOptions) {
    const { rate = 0.1, slowAfter = 1000, maximumFields = 100, maximumLength = 1000 } = options;
    const violations: string[] = [];
    if (!(rate >= 0 && rate <= 1))
      violations.push(`wide events: rate is ${rate}: give it a share from 0 to 1`);
    if (!(slowAfter >= 0))
      violations.push(`wide events: slowAfter is ${slowAfter}: give it milliseconds of at least 0`);
    if (violations.length > 0) throw new TypeError(violations.join('\n'));
    this.#logger = options.logger;
    this.#rate = rate;
    this.#slowAfter = slowAfter;
    this.#limits = { fields: maximumFields, length: maximumLength };
    this.#sampler = new Sampler(rate, options.random ?? Math.random);
    this.#clock = options.clock ?? systemClock;
  }

  /** What has been written and left out so far. */
  get counts(): WideEventCounts {
    return { ...this.#counts };
  }

  /**
   * Begins an event; the context of its work carries it under {@link wideEventKey}. For transports.
   *
   * @param fields What it begins with; kept as they are, so don't change them later.
   */
  begin(fields: Readonly<Record<string, FieldValue | undefined>>): PendingEvent {
    return new PendingEvent(this, new FillingEvent(this.#limits, fields), this.#clock.now());
  }

  /** Runs a piece of work with an event of its own, and writes it at the end. */
  async run<Result>(
    message: string,
    fields: Readonly<Record<string, FieldValue | undefined>>,
    work: () => Result | PromiseLike<Result>,
  ): Promise<Result> {
    const event = this.begin(fields);
    const context = deriveContext(currentContext(), { local: { [wideEventKey]: event.event } });
    try {
      const result = await runInContext(context, work);
      event.end(context, { message });
      return result;
    } catch (error) {
      event.end(context, { message, error, isFailure: true });
      throw error;
    }
  }

  /** @internal Why an event is to be written, and how many it stands for; undefined when it is left out. */
  judge(
    event: FillingEvent,
    context: Context,
    isFailure: boolean,
    duration: number,
  ): WideEventVerdict | undefined {
    if (isFailure) return { reason: 'failure', rate: 1 };
    if (duration >= this.#slowAfter) return { reason: 'slow', rate: 1 };
    if (event.keptFor !== undefined) return { reason: event.keptFor, rate: 1 };
    return this.#sampler.isSampled(context.trace) ? { reason: undefined, rate: this.#rate } : undefined;
  }

  /** @internal */
  since(began: number): number {
    return this.#clock.now() - began;
  }

  /** @internal */
  leaveOut(event: FillingEvent): void {
    this.#counts.droppedFields += event.dropped;
    this.#counts.sampledOut++;
  }

  /** @internal */
  write(
    event: FillingEvent,
    { reason, rate }: WideEventVerdict,
    duration: number,
    context: Context,
    ending: WideEventEnd,
  ): void {
    const { message, error } = ending;
    this.#counts.written++;
    const fields = event.fields();
    const { trace, tenant, priority } = context;
    if (trace !== undefined) {
      fields['trace_id'] = trace.traceId;
      fields['span_id'] = trace.spanId;
    }
    if (tenant !== undefined) fields['tenant'] = tenant;
    if (priority !== 'normal') fields['priority'] = priority;
    fields['duration_ms'] = Math.round(duration * 1000) / 1000;
    fields['sample_rate'] = rate;
    if (reason !== undefined) fields['kept_for'] = reason;
    if (event.dropped > 0) fields['dropped_fields'] = event.dropped;
    if (error !== undefined) {
      fields['error.type'] = errorType(error);
      fields['error'] = error;
    }
    this.#counts.droppedFields += event.dropped;
    if (isFailureOf(ending)) this.#logger.error(fields, message);
    else this.#logger.info(fields, message);
  }
}

/** Why an event is written. */
interface WideEventVerdict {
  /** Undefined for one of the ordinary. */
  readonly reason: string | undefined;
  /** The share of its like that is written. */
  readonly rate: number;
}

function isFailureOf({ error, isFailure = error !== undefined }: WideEventEnd): boolean {
  return isFailure;
}

/**
 * An event whose work is under way.
 *
 * @example
 * ```ts
 * const pending: PendingEvent = events.begin({ 'messaging.destination.name': topic });
 * ```
 */
export class PendingEvent {
  /** To be filled. */
  readonly event: WideEvent;
  readonly #events: WideEvents;
  readonly #filling: FillingEvent;
  readonly #began: number;
  #isOver = false;
  #verdict: WideEventVerdict | undefined;

  /** @internal */
  constructor(events: WideEvents, event: FillingEvent, began: number) {
    this.#events = events;
    this.#filling = event;
    this.event = event;
    this.#began = began;
  }

  /**
   * Ends an event that will not be written, so that nothing more is gathered for it.
   *
   * @returns Whether it was left out; otherwise it is still to be ended.
   * @example
   * ```ts
   * if (!pending.leaveOut(context, status >= 500, duration)) {
   *   pending.event.set(answerFields(answer));
   *   pending.end(context, { message, duration, isFailure: status >= 500 });
   * }
   * ```
   */
  leaveOut(context: Context, isFailure: boolean, duration: number): boolean {
    if (this.#isOver) return true;
    this.#verdict = this.#events.judge(this.#filling, context, isFailure, duration);
    if (this.#verdict !== undefined) return false;
    this.#isOver = true;
    this.#events.leaveOut(this.#filling);
    return true;
  }

  /** Writes the event, or not; the second time does nothing. */
  end(context: Context, ending: WideEventEnd): void {
    if (this.#isOver) return;
    const duration = ending.duration ?? this.#events.since(this.#began);
    if (this.#verdict === undefined && this.leaveOut(context, isFailureOf(ending), duration)) return;
    this.#isOver = true;
    if (this.#verdict !== undefined) {
      this.#events.write(this.#filling, this.#verdict, duration, context, ending);
    }
  }
}
