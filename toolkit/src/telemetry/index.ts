/**
 * What a service tells about itself: logs without secrets, one wide event per request, metrics that cannot grow
 * without bound, spans, and usage events that respect privacy.
 *
 * @module
 */
export { conventions } from './conventions.ts';
export { errorType } from './error-type.ts';
export {
  type HttpClientTelemetry,
  type HttpClientTelemetryOptions,
  httpClientTelemetry,
  type ObservedAttempt,
} from './http-client-telemetry.ts';
export {
  type HttpServerTelemetry,
  type HttpServerTelemetryOptions,
  httpServerTelemetry,
  type ObservedExchange,
  type ObservedRequest,
} from './http-server-telemetry.ts';
export type { AttributeBound, Attributes, InstrumentDefinition } from './instrument.ts';
export { createLogger, type LoggerOptions } from './logger.ts';
export { prometheusLabel, prometheusName } from './metric-name.ts';
export {
  type BoundCounter,
  type BoundHistogram,
  type CounterInstrument,
  createMetrics,
  type GaugeInstrument,
  type HistogramInstrument,
  Metrics,
  type MetricsOptions,
} from './metrics.ts';
export { createRedactor, type RedactionOptions, Redactor } from './redaction.ts';
export { bindResilienceEvents } from './resilience-events.ts';
export { bindResilienceMetrics } from './resilience-metrics.ts';
export { beginSpan, contextManager, failSpan, inSpan, type SpanOptions, toolkitTracer } from './spans.ts';
export {
  createUsageEvents,
  type UsageEvent,
  type UsageEventDefinition,
  UsageEvents,
  type UsageEventsOptions,
} from './usage-events.ts';
export { type FieldValue, type WideEvent, wideEvent, wideEventKey } from './wide-event.ts';
export {
  createWideEvents,
  PendingEvent,
  type WideEventCounts,
  type WideEventEnd,
  WideEvents,
  type WideEventSink,
  type WideEventsOptions,
} from './wide-events.ts';
