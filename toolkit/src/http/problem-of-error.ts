import { completeProblem, type Problem, ProblemError, problemTypes, statusTitle } from './problem.ts';

/** A problem and the headers that go with it. */
export interface ProblemAnswer {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
}

const noHeaders: Readonly<Record<string, string>> = {};

/** What the toolkit's own errors say; read by their codes, which survive bundling and copies of the package. */
const byCode: Readonly<Record<string, { type: string; status: number; title: string }>> = {
  DEADLINE_EXCEEDED: {
    type: problemTypes.deadlineExceeded,
    status: 504,
    title: 'The time allowed for the request is over',
  },
  TIMEOUT: {
    type: problemTypes.deadlineExceeded,
    status: 504,
    title: 'A service behind this one did not answer in time',
  },
  OVERLOADED: { type: problemTypes.overloaded, status: 503, title: 'Too many requests at the moment' },
  BULKHEAD_FULL: { type: problemTypes.overloaded, status: 503, title: 'Too many requests at the moment' },
  CIRCUIT_OPEN: {
    type: problemTypes.dependencyUnavailable,
    status: 503,
    title: 'A service behind this one is not answering',
  },
  SERVICE_UNREACHABLE: {
    type: problemTypes.dependencyUnavailable,
    status: 503,
    title: 'A service behind this one is not answering',
  },
  RATE_LIMITED: { type: problemTypes.rateLimited, status: 429, title: 'More requests than agreed' },
};

/** What fastify's validation leaves on an error. */
interface ValidationResult {
  readonly instancePath?: unknown;
  readonly message?: unknown;
  readonly params?: unknown;
}

/**
 * The problem that an error is answered as. What an error with a status below 500 says is meant for the caller; what
 * any other says is not, and stays inside.
 */
export function problemOfError(error: unknown): ProblemAnswer {
  if (error instanceof ProblemError) return { problem: error.problem, headers: error.headers };
  const known = byCode[String(property(error, 'code'))];
  if (known) {
    const retryAfter = property(error, 'retryAfter');
    return { problem: known, headers: typeof retryAfter === 'number' ? retryHeaders(retryAfter) : noHeaders };
  }
  const validation = property(error, 'validation');
  if (Array.isArray(validation)) return { problem: invalidRequest(error, validation), headers: noHeaders };
  const status = errorStatus(error);
  if (status === undefined || status >= 500) {
    return { problem: completeProblem({ status: status ?? 500 }), headers: noHeaders };
  }
  const detail = error instanceof Error ? error.message : undefined;
  return {
    problem: completeProblem({
      status,
      title: statusTitle(status),
      ...(status === 413 || status === 415 || status === 400 ? { type: problemTypes.invalidRequest } : {}),
      ...(detail && { detail }),
    }),
    headers: noHeaders,
  };
}

/** `Retry-After` in whole seconds, rounded up. */
export function retryHeaders(milliseconds: number): Readonly<Record<string, string>> {
  return { 'retry-after': String(Math.max(1, Math.ceil(milliseconds / 1000))) };
}

function invalidRequest(error: unknown, validation: readonly ValidationResult[]): Problem {
  const part = String(property(error, 'validationContext') ?? 'body');
  const errors = validation.map((violation) => ({
    in: part,
    pointer: `#${typeof violation.instancePath === 'string' ? violation.instancePath : ''}`,
    detail: violationText(violation),
  }));
  return {
    type: problemTypes.invalidRequest,
    title: 'The request does not fit its description',
    status: errorStatus(error) ?? 400,
    detail: errors.map(({ in: where, pointer, detail }) => `${where}${pointer} ${detail}`).join('; '),
    errors,
  };
}

function violationText({ message, params }: ValidationResult): string {
  const text = typeof message === 'string' ? message : 'is not valid';
  const allowed = property(params, 'allowedValues');
  if (Array.isArray(allowed)) return `${text}: ${allowed.join(', ')}`;
  const additional = property(params, 'additionalProperty') ?? property(params, 'unevaluatedProperty');
  return typeof additional === 'string' ? `${text}: ${additional}` : text;
}

function errorStatus(error: unknown): number | undefined {
  const status = property(error, 'statusCode') ?? property(error, 'status');
  return typeof status === 'number' && status >= 400 && status <= 599 ? status : undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
