/**
 * The service could not be reached, or the connection broke before the answer was complete.
 *
 * @example
 * if (error instanceof UnreachableError && error.unsent) console.log(`${error.service} never saw the request`);
 */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  /** A fixed text that survives bundling and copies of the package. */
  readonly code = 'SERVICE_UNREACHABLE';
  readonly service: string;
  /** Whether the service can't have seen the request. */
  readonly unsent: boolean;
  /** Whether sending it again can't do harm; `retry` asks. */
  readonly retryable: boolean;

  constructor(service: string, cause: unknown, unsent: boolean, retryable: boolean) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    const reason = cause instanceof Error ? cause.message || String(property(cause, 'code')) : String(cause);
    super(`${service} could not be reached: ${reason}`, { cause });
    Error.stackTraceLimit = limit;
    this.service = service;
    this.unsent = unsent;
    this.retryable = retryable;
  }
}

/** Codes of connections that never came to be: nothing was sent. */
const unsentCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** What undici says when the connection, and not the caller, is the reason. */
export function isConnectionError(error: unknown): boolean {
  const code = property(error, 'code');
  return typeof code === 'string' && (/^E[A-Z]/.test(code) || /^(UND_ERR|HPE)_/.test(code));
}

/** Whether a connection error came before anything was sent. */
export function isUnsent(error: unknown): boolean {
  const code = property(error, 'code');
  if (typeof code === 'string' && unsentCodes.has(code)) return true;
  // All addresses of a name were tried, and none took the connection.
  const errors = property(error, 'errors');
  return Array.isArray(errors) && errors.length > 0 && errors.every(isUnsent);
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
