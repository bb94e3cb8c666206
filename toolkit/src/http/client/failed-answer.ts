import { parseProblem, problemTypes } from '../problem.ts';
import type { HttpAnswer } from './request.ts';

/** Statuses after which another try, a moment later, may be answered better. */
const passing = new Set([429, 502, 503, 504]);

/** An answer that retries and circuit breakers have to see as a failure. Never leaves the client. */
export class FailedAnswer extends Error {
  override readonly name = 'FailedAnswer';
  readonly answer: HttpAnswer;
  /** Whether another try is worth it and can't do harm; `retry` asks. */
  readonly retryable: boolean;
  /** Milliseconds that the service asks to wait; `retry` heeds it. */
  readonly retryAfter: number | undefined;

  private constructor(answer: HttpAnswer, service: string, retryable: boolean) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(`${service} answered ${answer.status}`);
    Error.stackTraceLimit = limit;
    this.answer = answer;
    this.retryable = retryable;
    this.retryAfter = readRetryAfter(answer.headers['retry-after']);
  }

  /** Undefined when the answer is none of a service that is unwell. */
  static of(answer: HttpAnswer, service: string, idempotent: boolean): FailedAnswer | undefined {
    if (answer.status < 500 && answer.status !== 429) return undefined;
    const isWorthIt = passing.has(answer.status) && (idempotent || isUnbegun(answer));
    return new FailedAnswer(answer, service, isWorthIt);
  }
}

/** Whether the service says that it did nothing. */
function isUnbegun({ status, body }: HttpAnswer): boolean {
  if (status === 429) return true;
  return status === 503 && parseProblem(status, body)?.type === problemTypes.overloaded;
}

/** Whether a failure tells that the service is unwell; one that only limits this caller is not. */
export function isAlarming(error: unknown): boolean {
  return !(error instanceof FailedAnswer && error.answer.status === 429);
}

function readRetryAfter(value: string | readonly string[] | undefined): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^[0-9]{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
