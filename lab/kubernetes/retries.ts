import { KubernetesApiError } from './errors.ts';

/** One wait before the same request is sent again. */
export interface RetryReport {
  /** What failed, in words, free of credentials and bodies. */
  reason: string;
  /** How many times the request was sent so far. */
  attempt: number;
  /** Wait before the next attempt, in milliseconds. */
  delayMs: number;
}

/** How long and how visibly requests are sent again. */
export interface RetryOptions {
  /** For how long one request may be sent again after its first failure, in milliseconds. @default 15000 */
  retryForMs?: number;
  /** Told before each wait. */
  onRetry?: (report: RetryReport) => void;
}

/** Nothing was listening, so nothing was done. */
const notSentCodes = new Set([
  'ECONNREFUSED',
  'UND_ERR_CONNECT_TIMEOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
]);
/** The connection broke: the request may or may not have been carried out. */
const brokenCodes = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ETIMEDOUT']);

/**
 * Whether a failed request may be sent again without a risk of doing a thing twice.
 * @param repeatable whether carrying the request out twice ends as carrying it out once.
 * @returns the wait that the server asked for in milliseconds (0: none asked), or undefined for "don't".
 */
export function retryDelay(error: unknown, repeatable: boolean): number | undefined {
  if (error instanceof KubernetesApiError) {
    const asked = (error.details.retryAfterSeconds ?? 0) * 1000;
    if (error.status === 429) return asked;
    if (!repeatable) return undefined;
    const passing =
      error.status === 503 || error.status === 504 || /etcdserver:|leader changed/.test(error.message);
    return passing && error.status >= 500 ? asked : undefined;
  }
  const codes = errorCodes(error);
  if (codes.some((code) => notSentCodes.has(code))) return 0;
  return repeatable && codes.some((code) => brokenCodes.has(code)) ? 0 : undefined;
}

/** Wait before attempt number `attempt + 1`, in milliseconds: 100, 200, 400 … at most 2000, and no shorter than asked. */
export function backoff(attempt: number, askedMs: number): number {
  return Math.max(askedMs, Math.min(2000, 100 * 2 ** (attempt - 1)));
}

function errorCodes(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const attempts = error instanceof AggregateError ? error.errors.flatMap(errorCodes) : [];
  return [...own, ...attempts, ...(error.cause === undefined ? [] : errorCodes(error.cause))];
}
