/**
 * The media type of a problem, by RFC 9457.
 *
 * @example
 * const isProblem = response.headers['content-type'] === problemMediaType;
 */
export const problemMediaType = 'application/problem+json';

/**
 * What went wrong, for programs and people, by RFC 9457 (https://www.rfc-editor.org/rfc/rfc9457). Fields beyond the
 * five of the standard are extensions.
 *
 * @example
 * const problem: Problem = {
 *   type: 'https://shop.example/problems/out-of-stock',
 *   title: 'Out of stock',
 *   status: 409,
 *   detail: 'Only 3 of article 4711 are left',
 *   available: 3,
 * };
 */
export interface Problem {
  /** A URI that names the kind of problem; `about:blank` when the status says it all. */
  readonly type: string;
  /** The kind of problem in a few words, the same for every occurrence. */
  readonly title: string;
  /** The HTTP status. */
  readonly status: number;
  /** This occurrence, for the one who reads it: what to do, not how it broke. */
  readonly detail?: string;
  /** A URI that names this occurrence. */
  readonly instance?: string;
  readonly [extension: string]: unknown;
}

/**
 * The kinds of problem that the toolkit itself answers with.
 *
 * @example
 * if (problem.type === problemTypes.overloaded) await sleep(1_000);
 */
export const problemTypes = {
  /** 503: more work than gets done in time; the request was not begun. */
  overloaded: 'urn:ninefold:problem:overloaded',
  /** 504: the time allowed for the request is over, or too short to begin. */
  deadlineExceeded: 'urn:ninefold:problem:deadline-exceeded',
  /** 503: a service behind this one is not answering. */
  dependencyUnavailable: 'urn:ninefold:problem:dependency-unavailable',
  /** 429: more requests than the agreed rate. */
  rateLimited: 'urn:ninefold:problem:rate-limited',
  /** 400, 413, 415, 422: the request does not fit; `errors` lists every place. */
  invalidRequest: 'urn:ninefold:problem:invalid-request',
  /** 400: the operation takes an idempotency key and got none, or a malformed one. */
  idempotencyKeyRequired: 'urn:ninefold:problem:idempotency-key-required',
  /** 422: the idempotency key was used before, with another request. */
  idempotencyKeyReused: 'urn:ninefold:problem:idempotency-key-reused',
  /** 409: the request with this idempotency key is still being worked on. */
  idempotencyKeyInUse: 'urn:ninefold:problem:idempotency-key-in-use',
  /** 400: an API version that this service does not speak; `supported` lists those it does. */
  unsupportedVersion: 'urn:ninefold:problem:unsupported-version',
  /** 500: the answer would not have been what the API's description promises. */
  invalidAnswer: 'urn:ninefold:problem:invalid-answer',
  /** 410: an operation that was taken out of service. */
  retired: 'urn:ninefold:problem:retired',
} as const;

/**
 * What {@link ProblemError} is made of: a problem whose `type` and `title` may be left out.
 *
 * @example
 * const fields: ProblemFields = { status: 404, detail: 'There is no order 17' };
 */
export interface ProblemFields {
  /** @default 'about:blank' */
  readonly type?: string;
  /** @default the status in words */
  readonly title?: string;
  readonly status: number;
  readonly detail?: string;
  readonly instance?: string;
  readonly [extension: string]: unknown;
}

/**
 * An error that is answered as the problem it carries. Throw it in a handler; on the client's side it is what an
 * operation of a generated client throws for an answer that the API's description does not know.
 *
 * @example
 * throw new ProblemError({ status: 409, title: 'Out of stock', detail: 'Only 3 are left', available: 3 });
 */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  /** Sent along with the problem, such as `retry-after`; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    fields: ProblemFields,
    options: ErrorOptions & { readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    const problem = completeProblem(fields);
    super(problem.detail ?? problem.title, options);
    this.problem = problem;
    this.headers = options.headers ?? {};
  }

  /** The HTTP status, under the name that fastify looks for. */
  get statusCode(): number {
    return this.problem.status;
  }
}

/** Fills in `type` and `title`. */
export function completeProblem(fields: ProblemFields): Problem {
  return { ...fields, type: fields.type ?? 'about:blank', title: fields.title ?? statusTitle(fields.status) };
}

/** A status in words. */
export function statusTitle(status: number): string {
  // Not imported: an import reads every export of the module, one of which loads a whole HTTP client.
  return process.getBuiltinModule('node:http').STATUS_CODES[status] ?? `Status ${status}`;
}

/** Reads a problem that another service sent; undefined when it is none. */
export function parseProblem(status: number, body: unknown): Problem | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const { type, title, detail, instance, ...extensions } = body as Record<string, unknown>;
  if (typeof title !== 'string' && typeof type !== 'string') return undefined;
  return {
    ...extensions,
    type: typeof type === 'string' ? type : 'about:blank',
    title: typeof title === 'string' ? title : statusTitle(status),
    status,
    ...(typeof detail === 'string' && { detail }),
    ...(typeof instance === 'string' && { instance }),
  };
}
