import type { Component } from '@ninefold/toolkit/service';
import { ResilienceRegistry } from '@ninefold/toolkit/resilience';
import {
  bindResilienceEvents,
  bindResilienceMetrics,
  createLogger,
  createMetrics,
  createWideEvents,
  httpClientTelemetry,
  type HttpClientTelemetry,
  httpServerTelemetry,
  type HttpServerTelemetry,
  type Metrics,
  type WideEvents,
} from '@ninefold/toolkit/telemetry';
import type { Logger } from 'pino';
import type { CommonSettings } from './settings.ts';
import { startTracing } from './tracing.ts';

/** Everything by which a service tells how it is doing. */
export interface Observability {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly wideEvents: WideEvents;
  /** Every pipeline of the service: its metrics and its wide events come from here. */
  readonly resilience: ResilienceRegistry;
  /** Goes to `httpServer({ observers })`. */
  readonly httpServer: HttpServerTelemetry;
  /** Goes to `httpClient({ observers })`. */
  readonly httpClient: HttpClientTelemetry;
  /** Sends what is left when the service ends: the first of its components. */
  readonly component: Component;
}

/** Sets up logs, metrics, wide events and traces of a service, all named after it. */
export function createObservability(service: string, settings: CommonSettings): Observability {
  const logger = createLogger({ service });
  const metrics = createMetrics({ service: { name: service } });
  const wideEvents = createWideEvents({ logger, rate: 0.05 });
  const resilience = new ResilienceRegistry();
  bindResilienceMetrics(metrics, resilience);
  bindResilienceEvents(resilience);
  const tracing = startTracing(service, { rate: settings.TRACE_RATE, file: settings.TRACE_FILE });
  return {
    logger,
    metrics,
    wideEvents,
    resilience,
    httpServer: httpServerTelemetry({ metrics, wideEvents, spans: true }),
    httpClient: httpClientTelemetry({ metrics, wideEvents: true, spans: true }),
    component: { name: 'observability', close: () => tracing.shutdown() },
  };
}
