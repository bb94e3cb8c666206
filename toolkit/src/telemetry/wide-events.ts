import { type Clock, systemClock } from '../clock/index.ts';
import { type Context, currentContext, deriveContext, runInContext } from '../context/index.ts';
import { errorType } from './error-type.ts';
import { sampledShare } from './sampling.ts';
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
  readonly #random: () => number;
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
    this.#random = options.random ?? Math.random;
    this.#clock = options.clock ?? systemClock;
  }

  /** What has been written and left out so far. */
  get counts(): WideEventCounts {
    return { ...this.#counts };
  }

  /** Begins an event; the context of its work carries it under {@link wideEventKey}. For transports. */
  begin(fields: Readonly<Record<string, FieldValue | undefined>>): PendingEvent {
    return new PendingEvent(this, new FillingEvent(this.#limits).set(fields), this.#clock.now());
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

  /** @internal */
  write(event: FillingEvent, began: number, context: Context, ending: WideEventEnd): void {
    const { message, error, isFailure = error !== undefined } = ending;
    const duration = ending.duration ?? this.#clock.now() - began;
    this.#counts.droppedFields += event.dropped;
    const reason = isFailure ? 'failure' : duration >= this.#slowAfter ? 'slow' : event.keptFor;
    if (reason === undefined && sampledShare(context.trace, this.#random) >= this.#rate) {
      this.#counts.sampledOut++;
      return;
    }
    this.#counts.written++;
    const fields = {
      ...event.fields,
      ...contextFields(context),
      duration_ms: Math.round(duration * 1000) / 1000,
      sample_rate: reason === undefined ? this.#rate : 1,
      ...(reason !== undefined && { kept_for: reason }),
      ...(event.dropped > 0 && { dropped_fields: event.dropped }),
      ...(error !== undefined && { 'error.type': errorType(error), error }),
    };
    if (isFailure) this.#logger.error(fields, message);
    else this.#logger.info(fields, message);
  }
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

  /** @internal */
  constructor(events: WideEvents, event: FillingEvent, began: number) {
    this.#events = events;
    this.#filling = event;
    this.event = event;
    this.#began = began;
  }

  /** Writes the event, or not; the second time does nothing. */
  end(context: Context, ending: WideEventEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events.write(this.#filling, this.#began, context, ending);
  }
}

function contextFields({ trace, tenant, priority }: Context): Record<string, unknown> {
  return {
    ...(trace !== undefined && { trace_id: trace.traceId, span_id: trace.spanId }),
    ...(tenant !== undefined && { tenant }),
    ...(priority !== 'normal' && { priority }),
  };
}
