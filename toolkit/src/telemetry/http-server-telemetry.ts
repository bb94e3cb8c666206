import { type Span, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { type Context, deriveContext, type TraceContext } from '../context/index.ts';
import { conventions } from './conventions.ts';
import { errorType } from './error-type.ts';
import type { CounterInstrument, GaugeInstrument, HistogramInstrument, Metrics } from './metrics.ts';
import { beginSpan, failSpan, type SpanOptions } from './spans.ts';
import { wideEvent, wideEventKey } from './wide-event.ts';
import type { PendingEvent, WideEvents } from './wide-events.ts';

/**
 * What of a server is to be observed: any of the three.
 *
 * @example
 * ```ts
 * const options: HttpServerTelemetryOptions = { metrics, wideEvents, spans: true };
 * ```
 */
export interface HttpServerTelemetryOptions {
  /** Records `http.server.request.duration`, `http.server.active_requests` and what was shed. */
  readonly metrics?: Metrics;
  /** Makes one wide event of each request. */
  readonly wideEvents?: WideEvents;
  /**
   * Makes a span of each request, which an OpenTelemetry SDK then samples. A request whose caller has decided that its
   * trace is not recorded gets none, as with the SDK's own samplers, unless `always` is set. @default false
   */
  readonly spans?: boolean | (Pick<SpanOptions, 'tracer'> & { readonly always?: boolean });
  /** What callers use, where TLS ends before this process. @default 'http' */
  readonly scheme?: 'http' | 'https';
}

/**
 * A request as a server's observers see it at its start.
 *
 * @example
 * ```ts
 * const request: ObservedRequest = { method: 'GET', route: '/orders/:id', context };
 * ```
 */
export interface ObservedRequest {
  readonly method: string;
  /** The pattern of the route; undefined where none matched. */
  readonly route: string | undefined;
  readonly context: Context;
}

/**
 * A request as a server's observers see it at its end; durations in milliseconds.
 *
 * @example
 * ```ts
 * const finished = ({ method, route, status }: ObservedExchange) => console.log(method, route, status);
 * ```
 */
export interface ObservedExchange extends ObservedRequest {
  readonly status: number;
  readonly duration: number;
  readonly waited: number;
  /** Whether its start was told. @default false */
  readonly started?: boolean;
  readonly shed?: string;
  readonly aborted: boolean;
  readonly error?: unknown;
}

/**
 * What a server calls: fits the `observers` of `@ninefold/toolkit/http`.
 *
 * @example
 * ```ts
 * const http = httpServer({ observers: [httpServerTelemetry({ metrics, wideEvents })] });
 * ```
 */
export interface HttpServerTelemetry {
  started(request: ObservedRequest): Context | undefined;
  finished(exchange: ObservedExchange): void;
}

/** What is kept of a request between its start and its end. */
interface Observation {
  readonly event: PendingEvent | undefined;
  readonly span: Span | undefined;
}

const shedRequests = {
  name: 'http.server.shed_requests',
  description: 'Requests that were refused so that others get answered in time',
  unit: '{request}',
  attributes: { 'shed.reason': ['overload', 'deadline', 'priority'], 'request.priority': 10 },
} as const;

const observationKey: unique symbol = Symbol('observation of a request');

/**
 * Observes the requests of a server: metrics by OpenTelemetry's conventions, one wide event each, a span each.
 *
 * @example
 * ```ts
 * const telemetry = httpServerTelemetry({ metrics, wideEvents, spans: true });
 * await app.register(httpServer({ observers: [telemetry] }).plugin);
 * ```
 */
export function httpServerTelemetry(options: HttpServerTelemetryOptions): HttpServerTelemetry {
  return new ServerTelemetry(options);
}

class ServerTelemetry implements HttpServerTelemetry {
  readonly #wideEvents: WideEvents | undefined;
  readonly #spans: (Pick<SpanOptions, 'tracer'> & { readonly always?: boolean }) | undefined;
  readonly #scheme: 'http' | 'https';
  readonly #duration: HistogramInstrument | undefined;
  readonly #active: Pick<GaugeInstrument, 'add'> | undefined;
  readonly #shed: CounterInstrument | undefined;

  constructor({ metrics, wideEvents, spans = false, scheme = 'http' }: HttpServerTelemetryOptions) {
    this.#wideEvents = wideEvents;
    this.#spans = spans === false ? undefined : spans === true ? {} : spans;
    this.#scheme = scheme;
    this.#duration = metrics?.histogram(conventions.httpServerRequestDuration);
    this.#active = metrics?.upDownCounter(conventions.httpServerActiveRequests);
    this.#shed = metrics?.counter(shedRequests);
  }

  started({ method, route, context }: ObservedRequest): Context | undefined {
    this.#active?.add(1, { 'http.request.method': method, 'url.scheme': this.#scheme });
    const makesSpan =
      this.#spans !== undefined &&
      (this.#spans.always || context.trace === undefined || isRecorded(context.trace));
    if (!makesSpan && this.#wideEvents === undefined) return undefined;
    const attributes = { 'http.request.method': method, 'http.route': route };
    let current = context;
    let span: Span | undefined;
    if (makesSpan) {
      const name = route === undefined ? method : `${method} ${route}`;
      const begun = beginSpan(name, context, { ...this.#spans, kind: 'server', attributes });
      span = begun.span;
      current = begun.context;
    }
    const event = this.#wideEvents?.begin(attributes);
    const observation: Observation = { event, span };
    return deriveContext(current, {
      local: { [observationKey]: observation, ...(event && { [wideEventKey]: event.event }) },
    });
  }

  finished(exchange: ObservedExchange): void {
    const { method, route, status, duration, shed, context } = exchange;
    const type = failureOf(exchange);
    this.#duration?.record(duration / 1000, {
      'http.request.method': method,
      'url.scheme': this.#scheme,
      'http.route': route,
      'http.response.status_code': status,
      'error.type': type,
    });
    if (shed !== undefined) {
      this.#shed?.add(1, { 'shed.reason': shed, 'request.priority': context.priority });
    }
    const observation = context.local?.[observationKey] as Observation | undefined;
    // Refused before it was begun: there is nothing to end, and under overload no time to begin it now.
    if (observation === undefined && !exchange.started) return;
    this.#active?.add(-1, { 'http.request.method': method, 'url.scheme': this.#scheme });
    if (observation === undefined) return;
    endSpan(observation.span, exchange);
    if (observation.event !== undefined) endEvent(observation.event, exchange);
  }
}

function isRecorded({ flags }: TraceContext): boolean {
  return (flags & TraceFlags.SAMPLED) !== 0;
}

/** By the conventions: a status of 500 and above is the server's failure, one below is the caller's. */
function failureOf({ status, error, aborted }: ObservedExchange): string | undefined {
  if (status >= 500) return error === undefined ? String(status) : errorType(error);
  return aborted ? 'aborted' : undefined;
}

function endSpan(span: Span | undefined, exchange: ObservedExchange): void {
  if (span === undefined) return;
  if (span.isRecording()) {
    span.setAttribute('http.response.status_code', exchange.status);
    if (exchange.status >= 500) {
      if (exchange.error === undefined) {
        span.setAttribute('error.type', String(exchange.status));
        span.setStatus({ code: SpanStatusCode.ERROR });
      } else failSpan(span, exchange.error);
    }
  }
  span.end();
}

function endEvent(event: PendingEvent, exchange: ObservedExchange): void {
  const { method, route = 'unknown route', status, duration, waited, aborted, error, context } = exchange;
  wideEvent(context).set({
    'http.response.status_code': status,
    ...(waited >= 1 && { waited_ms: Math.round(waited) }),
    ...(aborted && { aborted }),
    ...(exchange.shed !== undefined && { shed: exchange.shed }),
  });
  event.end(context, {
    message: `${method} ${route}`,
    duration,
    isFailure: status >= 500,
    ...(status >= 500 && error !== undefined && { error }),
  });
}
