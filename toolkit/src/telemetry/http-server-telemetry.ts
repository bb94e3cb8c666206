import { type Span, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { type Context, deriveContext, type TraceContext } from '../context/index.ts';
import { conventions } from './conventions.ts';
import { errorType } from './error-type.ts';
import type { CounterInstrument, Metrics } from './metrics.ts';
import { type ObservedRoute, ObservedRoutes } from './observed-routes.ts';
import { beginSpan, failSpan, type SpanOptions } from './spans.ts';
import { wideEventKey } from './wide-event.ts';
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
  readonly shed?: string | undefined;
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
  readonly route: ObservedRoute;
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
  readonly #shed: CounterInstrument | undefined;
  readonly #routes: ObservedRoutes;

  constructor({ metrics, wideEvents, spans = false, scheme = 'http' }: HttpServerTelemetryOptions) {
    this.#wideEvents = wideEvents;
    this.#spans = spans === false ? undefined : spans === true ? {} : spans;
    this.#shed = metrics?.counter(shedRequests);
    this.#routes = new ObservedRoutes({
      scheme,
      active: metrics?.upDownCounter(conventions.httpServerActiveRequests),
      duration: metrics?.histogram(conventions.httpServerRequestDuration),
    });
  }

  started({ method, route, context }: ObservedRequest): Context | undefined {
    const observed = this.#routes.of(method, route);
    observed.active?.add(1);
    const begun = this.#beginSpan(observed, context);
    const event = this.#wideEvents?.begin(observed.attributes);
    if (begun === undefined && event === undefined) return undefined;
    const observation: Observation = { route: observed, event, span: begun?.span };
    return deriveContext(begun?.context ?? context, {
      local:
        event === undefined
          ? { [observationKey]: observation }
          : { [observationKey]: observation, [wideEventKey]: event.event },
    });
  }

  finished(exchange: ObservedExchange): void {
    const { method, route, status, duration, shed, context } = exchange;
    const observation = context.local?.[observationKey] as Observation | undefined;
    const observed = observation?.route ?? this.#routes.of(method, route);
    observed.record(status, failureOf(exchange), duration / 1000);
    if (shed !== undefined) {
      this.#shed?.add(1, { 'shed.reason': shed, 'request.priority': context.priority });
    }
    // Refused before it was begun: there is nothing to end, and under overload no time to begin it now.
    if (observation === undefined && !exchange.started) return;
    observed.active?.add(-1);
    if (observation === undefined) return;
    endSpan(observation.span, exchange);
    if (observation.event !== undefined) endEvent(observation.event, exchange);
  }

  #beginSpan(
    { name, attributes }: ObservedRoute,
    context: Context,
  ): ReturnType<typeof beginSpan> | undefined {
    const spans = this.#spans;
    if (spans === undefined) return undefined;
    if (!spans.always && context.trace !== undefined && !isRecorded(context.trace)) return undefined;
    return beginSpan(name, context, { ...spans, kind: 'server', attributes });
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
  const isFailure = status >= 500;
  if (event.leaveOut(context, isFailure, duration)) return;
  event.event.set({
    'http.response.status_code': status,
    waited_ms: waited >= 1 ? Math.round(waited) : undefined,
    aborted: aborted || undefined,
    shed: exchange.shed,
  });
  event.end(context, {
    message: `${method} ${route}`,
    duration,
    isFailure,
    ...(isFailure && error !== undefined && { error }),
  });
}
