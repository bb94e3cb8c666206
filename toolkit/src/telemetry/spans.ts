import {
  type Attributes as SpanAttributes,
  type ContextManager,
  type Context as OtelContext,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import {
  type Context,
  currentContext,
  deriveContext,
  runInContext,
  type TraceContext,
} from '../context/index.ts';
import { errorType } from './error-type.ts';

/** Under which the context of OpenTelemetry travels in ours. */
const otelContextKey: unique symbol = Symbol('OpenTelemetry context');

/**
 * Makes OpenTelemetry's active context a part of the toolkit's, so that instrumentation of other libraries (pg,
 * undici) finds the spans of the toolkit as parents and the other way round, with one asynchronous storage for both.
 * Hand it to the SDK, which needs one anyway.
 *
 * @example
 * ```ts
 * new NodeSDK({ contextManager: contextManager() }).start();
 * ```
 */
export function contextManager(): ContextManager {
  const manager: ContextManager = {
    active: () => openTelemetryContext(currentContext()),
    with: (context, run, self, ...parameters) =>
      runInContext(withOpenTelemetry(currentContext(), context), () => run.apply(self, parameters)),
    bind: (context, target) => {
      if (typeof target !== 'function') return target;
      const bound = function (this: unknown, ...parameters: unknown[]): unknown {
        return runInContext(withOpenTelemetry(currentContext(), context), () =>
          Reflect.apply(target, this, parameters),
        );
      };
      return bound as typeof target;
    },
    enable: () => manager,
    disable: () => manager,
  };
  return manager;
}

/** OpenTelemetry's context of a piece of work, made of the trace that it came with where there is no other. */
function openTelemetryContext(context: Context): OtelContext {
  const known = context.local?.[otelContextKey] as OtelContext | undefined;
  if (known !== undefined) return known;
  return context.trace === undefined
    ? ROOT_CONTEXT
    : trace.setSpanContext(ROOT_CONTEXT, spanContextOf(context.trace));
}

function withOpenTelemetry(context: Context, other: OtelContext): Context {
  const span = trace.getSpanContext(other);
  const traceContext =
    span && trace.isSpanContextValid(span) ? traceContextOf(span, context.trace) : undefined;
  return deriveContext(context, {
    local: { [otelContextKey]: other },
    ...(traceContext !== undefined && { trace: traceContext }),
  });
}

function spanContextOf({ traceId, spanId, flags }: TraceContext) {
  return { traceId, spanId, traceFlags: flags & TraceFlags.SAMPLED, isRemote: true };
}

function traceContextOf(
  { traceId, spanId, traceFlags }: { traceId: string; spanId: string; traceFlags: number },
  before: TraceContext | undefined,
): TraceContext {
  const state = before?.traceId === traceId ? before.state : undefined;
  return { traceId, spanId, flags: traceFlags, ...(state !== undefined && { state }) };
}

/**
 * How a span begins.
 *
 * @example
 * ```ts
 * const options: SpanOptions = { kind: 'producer', attributes: { 'messaging.system': 'kafka' } };
 * ```
 */
export interface SpanOptions {
  /** @default 'internal' */
  readonly kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly attributes?: SpanAttributes;
  /** When it began, in epoch milliseconds. @default now */
  readonly startTime?: number;
  /** @default the tracer of the toolkit, which without an SDK records nothing */
  readonly tracer?: Tracer;
}

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

/**
 * The tracer of the toolkit.
 *
 * @example
 * ```ts
 * const span = toolkitTracer().startSpan('import');
 * ```
 */
export function toolkitTracer(): Tracer {
  // Asked for with every span: the API's own way there leads through two lookups by name.
  const provider = trace.getTracerProvider();
  const current = provider instanceof ProxyTracerProvider ? provider.getDelegate() : provider;
  if (known?.provider !== current) {
    known = { provider: current, tracer: current.getTracer('@ninefold/toolkit') };
  }
  return known.tracer;
}

let known: { readonly provider: TracerProvider; readonly tracer: Tracer } | undefined;

/**
 * Begins a span below that of a context. The context of its work, to be run in, carries it.
 *
 * @example
 * ```ts
 * const { span, context } = beginSpan('render', currentContext());
 * const page = await runInContext(context, render);
 * span.end();
 * ```
 */
export function beginSpan(
  name: string,
  context: Context,
  options: SpanOptions = {},
): { readonly span: Span; readonly context: Context } {
  const { kind = 'internal', attributes, startTime, tracer = toolkitTracer() } = options;
  const parent = openTelemetryContext(context);
  const settings = {
    kind: kinds[kind],
    ...(attributes !== undefined && { attributes }),
    ...(startTime !== undefined && { startTime }),
  };
  const span = tracer.startSpan(name, settings, parent);
  // Without an SDK the span is the parent's, or none: nothing to carry.
  const own = span.spanContext();
  if (!trace.isSpanContextValid(own) || own.spanId === context.trace?.spanId) return { span, context };
  return { span, context: withOpenTelemetry(context, trace.setSpan(parent, span)) };
}

/**
 * Runs work in a span of its own. An error makes the span an error and is passed on.
 *
 * @example
 * ```ts
 * const price = await inSpan('price', async (span) => {
 *   span.setAttribute('article.id', article);
 *   return calculate(article);
 * });
 * ```
 */
export async function inSpan<Result>(
  name: string,
  work: (span: Span) => Result | PromiseLike<Result>,
  options: SpanOptions = {},
): Promise<Result> {
  const { span, context } = beginSpan(name, currentContext(), options);
  try {
    return await runInContext(context, () => work(span));
  } catch (error) {
    failSpan(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/**
 * Marks a span as failed. The message of the error stays out: it may hold what must not be told.
 *
 * @example
 * ```ts
 * work().catch((error: unknown) => failSpan(span, error));
 * ```
 */
export function failSpan(span: Span, error: unknown): void {
  span.setAttribute('error.type', errorType(error));
  span.setStatus({ code: SpanStatusCode.ERROR });
}
