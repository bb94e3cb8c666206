import { SpanStatusCode } from '@opentelemetry/api';
import { currentContext } from '../context/index.ts';
import { conventions } from './conventions.ts';
import { errorType } from './error-type.ts';
import type { Metrics } from './metrics.ts';
import { beginSpan, type SpanOptions } from './spans.ts';
import { wideEvent } from './wide-event.ts';

/**
 * What of a client is to be observed: any of the three.
 *
 * @example
 * ```ts
 * const options: HttpClientTelemetryOptions = { metrics, wideEvents: true };
 * ```
 */
export interface HttpClientTelemetryOptions {
  /** Records `http.client.request.duration`. */
  readonly metrics?: Metrics;
  /** Adds to the wide event of the work: calls, milliseconds and failures for each service. @default false */
  readonly wideEvents?: boolean;
  /** Makes a span of each attempt. @default false */
  readonly spans?: boolean | Pick<SpanOptions, 'tracer'>;
}

/**
 * One attempt at a request as a client's observers see it.
 *
 * @example
 * ```ts
 * const finished = ({ service, status }: ObservedAttempt) => console.log(service, status);
 * ```
 */
export interface ObservedAttempt {
  readonly service: string;
  readonly operation: string;
  readonly method: string;
  /** 1 for the first try. */
  readonly number: number;
  /** Undefined when there was no answer. */
  readonly status?: number;
  readonly error?: unknown;
  /** Milliseconds. */
  readonly duration: number;
}

/**
 * What a client calls: fits the `observers` of `@ninefold/toolkit/http`.
 *
 * @example
 * ```ts
 * const stock = httpClient({ ...options, observers: [httpClientTelemetry({ metrics, wideEvents: true })] });
 * ```
 */
export interface HttpClientTelemetry {
  finished(attempt: ObservedAttempt): void;
}

/**
 * Observes the attempts of a client: metrics by OpenTelemetry's conventions, the wide event of the work, spans.
 *
 * @example
 * ```ts
 * const telemetry = httpClientTelemetry({ metrics, wideEvents: true, spans: true });
 * ```
 */
export function httpClientTelemetry(options: HttpClientTelemetryOptions): HttpClientTelemetry {
  const { metrics, wideEvents = false, spans = false } = options;
  const duration = metrics?.histogram(conventions.httpClientRequestDuration);
  return {
    finished: (attempt) => {
      const type = failureOf(attempt);
      duration?.record(attempt.duration / 1000, {
        'http.request.method': attempt.method,
        'server.address': attempt.service,
        'http.response.status_code': attempt.status,
        'error.type': type,
      });
      if (wideEvents) addToEvent(attempt, type !== undefined);
      if (spans !== false) recordSpan(attempt, type, spans === true ? {} : spans);
    },
  };
}

/** By the conventions: for the one who asks, a status of 400 and above is a failure. */
function failureOf({ status, error }: ObservedAttempt): string | undefined {
  if (status === undefined) return errorType(error);
  return status >= 400 ? String(status) : undefined;
}

function addToEvent({ service, duration, number }: ObservedAttempt, failed: boolean): void {
  const event = wideEvent();
  event.add(`calls.${service}.count`, 1);
  event.add(`calls.${service}.duration_ms`, Math.round(duration * 1000) / 1000);
  if (failed) event.add(`calls.${service}.failed`, 1);
  if (number > 1) event.add(`calls.${service}.retries`, 1);
}

/** The attempt is over when we hear of it, so the span is written with hindsight. */
function recordSpan(
  attempt: ObservedAttempt,
  type: string | undefined,
  options: Pick<SpanOptions, 'tracer'>,
): void {
  const { service, operation, method, number, status, duration } = attempt;
  const startTime = Date.now() - duration;
  const { span } = beginSpan(`${method} ${operation}`, currentContext(), {
    ...options,
    kind: 'client',
    startTime,
    attributes: {
      'http.request.method': method,
      'server.address': service,
      ...(status !== undefined && { 'http.response.status_code': status }),
      ...(number > 1 && { 'http.request.resend_count': number - 1 }),
      ...(type !== undefined && { 'error.type': type }),
    },
  });
  if (type !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
