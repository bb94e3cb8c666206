import { appendFile } from 'node:fs/promises';
import { contextManager } from '@ninefold/toolkit/telemetry';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import { SpanKind } from '@opentelemetry/api';

/** One span as it stands in a trace file. */
export interface RecordedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId?: string;
  readonly service: string;
  readonly name: string;
  readonly kind: string;
  /** In epoch milliseconds. */
  readonly start: number;
  /** Milliseconds. */
  readonly duration: number;
  /** What went wrong, if something did. */
  readonly error?: string;
}

/**
 * Starts OpenTelemetry for a service. On a platform the exporter would be the one for OTLP; here spans go to a file,
 * so that a trace can be looked at without a collector.
 */
export function startTracing(
  service: string,
  { rate, file }: { readonly rate: number; readonly file: string | undefined },
): { shutdown(): Promise<void> } {
  const provider = new BasicTracerProvider({
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(rate) }),
    spanProcessors:
      file === undefined
        ? []
        : [new BatchSpanProcessor(new FileExporter(service, file), { scheduledDelayMillis: 500 })],
  });
  provider.register({ contextManager: contextManager() });
  return provider;
}

class FileExporter implements SpanExporter {
  readonly #service: string;
  readonly #file: string;

  constructor(service: string, file: string) {
    this.#service = service;
    this.#file = file;
  }

  export(spans: ReadableSpan[], done: (result: { code: number; error?: Error }) => void): void {
    const lines = spans.map((span) => `${JSON.stringify(this.#record(span))}\n`).join('');
    appendFile(this.#file, lines).then(
      () => done({ code: 0 }),
      (error: Error) => done({ code: 1, error }),
    );
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }

  #record(span: ReadableSpan): RecordedSpan {
    const { traceId, spanId } = span.spanContext();
    const error = span.attributes['error.type'];
    return {
      traceId,
      spanId,
      ...(span.parentSpanId !== undefined && { parentId: span.parentSpanId }),
      service: this.#service,
      name: span.name,
      kind: SpanKind[span.kind].toLowerCase(),
      start: toMilliseconds(span.startTime),
      duration: toMilliseconds(span.duration),
      ...(error !== undefined && { error: String(error) }),
    };
  }
}

/** OpenTelemetry's times are seconds and nanoseconds. */
function toMilliseconds([seconds, nanoseconds]: readonly [number, number]): number {
  return seconds * 1_000 + nanoseconds / 1_000_000;
}
