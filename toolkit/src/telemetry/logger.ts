import { type DestinationStream, type Logger, pino } from 'pino';
import { currentContext } from '../context/index.ts';
import { standardOutput } from './gathered-output.ts';
import { createRedactor, type RedactionOptions } from './redaction.ts';

/**
 * How a service logs.
 *
 * @example
 * ```ts
 * const options: LoggerOptions = { service: 'orders', version: '1.4.0', redaction: { keys: ['iban'] } };
 * ```
 */
export interface LoggerOptions {
  /** Becomes `service.name` in every line. */
  readonly service: string;
  /** Becomes `service.version`. @default none */
  readonly version?: string;
  /** @default 'info' */
  readonly level?: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** What must not be written beside the usual names of secrets. */
  readonly redaction?: RedactionOptions;
  /**
   * Where lines go. @default the standard output, a few lines at a time: a line waits 50 ms at most, an error not at
   * all, and nothing is left when the process ends, unless it is killed
   */
  readonly destination?: DestinationStream;
}

/**
 * A pino logger that writes JSON lines with the level as a word, the time in ISO 8601, the ids of the current trace,
 * and no secrets: fields are redacted by name at any depth, texts by what gives itself away.
 *
 * @example
 * ```ts
 * const logger = createLogger({ service: 'orders', version: '1.4.0' });
 * logger.info({ orderId: 'o-1' }, 'order placed');
 * ```
 */
export function createLogger(options: LoggerOptions): Logger {
  const { service, version, level = 'info', redaction, destination = standardOutput() } = options;
  const redactor = createRedactor(redaction);
  const settings = {
    level,
    base: { 'service.name': service, ...(version !== undefined && { 'service.version': version }) },
    timestamp: pino.stdTimeFunctions.isoTime,
    messageKey: 'message',
    errorKey: 'error',
    mixin: traceFields,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: Record<string, unknown>) => redactor.value(fields) as Record<string, unknown>,
    },
    // An error is taken apart here once, redacted; pino's own serializer would copy its fields as they are.
    serializers: { error: (error: unknown) => redactor.value(error) },
    hooks: {
      logMethod(this: Logger, inputs: Parameters<Logger['info']>, write: Logger['info']): void {
        const [first, ...rest]: unknown[] = inputs;
        // An error alone is its own message.
        if (first instanceof Error && rest.length === 0) rest.push(first.message);
        const subject = typeof first === 'string' ? redactor.text(first) : first;
        write.apply(this, [subject, ...rest.map((input) => redactor.value(input))] as typeof inputs);
      },
    },
  };
  const logger: Logger = destination === undefined ? pino(settings) : pino(settings, destination);
  // pino formats the bindings of the first logger only; its children inherit this.
  const { child } = logger;
  logger.child = function (this: Logger, bindings: object, childOptions?: object) {
    return child.call(this, redactor.value(bindings) as object, childOptions);
  } as typeof child;
  return logger;
}

/** The names of OpenTelemetry for logs that are not sent by its protocol. */
function traceFields(): Record<string, unknown> {
  const { trace } = currentContext();
  if (trace === undefined) return {};
  return { trace_id: trace.traceId, span_id: trace.spanId, trace_flags: trace.flags };
}
