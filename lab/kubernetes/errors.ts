import * as z from 'zod';

const statusSchema = z.looseObject({
  kind: z.literal('Status'),
  message: z.string().default(''),
  reason: z.string().default(''),
  details: z
    .looseObject({
      name: z.string().optional(),
      kind: z.string().optional(),
      retryAfterSeconds: z.number().optional(),
      causes: z
        .array(
          z.looseObject({
            reason: z.string().optional(),
            message: z.string().optional(),
            field: z.string().optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

/** The `details` of a Kubernetes `Status`: which object, and one cause per violation. */
export type StatusDetails = NonNullable<z.infer<typeof statusSchema>['details']>;

/** The API server answered, and refused. Carries the parsed `Status`; never the body of the request. */
export class KubernetesApiError extends Error {
  /** HTTP status code. */
  readonly status: number;
  /** Machine-readable reason such as `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`; empty when none was sent. */
  readonly reason: string;
  readonly details: StatusDetails;

  constructor(status: number, reason: string, message: string, details: StatusDetails = {}) {
    super(message);
    this.name = 'KubernetesApiError';
    this.status = status;
    this.reason = reason;
    this.details = details;
  }

  /** Reads the answer of a refused request; an answer that is no `Status` is cut to its first 300 characters. */
  static fromResponse(status: number, body: string): KubernetesApiError {
    const parsed = statusSchema.safeParse(parseJson(body));
    if (!parsed.success) {
      return new KubernetesApiError(
        status,
        '',
        `the API server answered ${status}: ${body.slice(0, 300).trim()}`,
      );
    }
    const { reason, message, details } = parsed.data;
    return new KubernetesApiError(
      status,
      reason,
      message || `the API server answered ${status} ${reason}`,
      details,
    );
  }
}

/** The API server could not be reached, or the connection broke, for as long as retries lasted. */
export class KubernetesConnectionError extends Error {
  constructor(server: string, cause: unknown) {
    super(`The Kubernetes API server at ${server} can't be reached: ${causeMessage(cause)}`, { cause });
    this.name = 'KubernetesConnectionError';
  }
}

/** The API server serves no such kind (any more, or not yet). */
export class UnknownKindError extends Error {
  readonly apiVersion: string;
  readonly kind: string;

  constructor(apiVersion: string, kind: string) {
    super(
      `The API server serves no ${kind} in ${apiVersion}: its CustomResourceDefinition is not installed or not established.`,
    );
    this.name = 'UnknownKindError';
    this.apiVersion = apiVersion;
    this.kind = kind;
  }
}

/** Whether the error says that the object (or its kind) does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.status === 404;
}

/** Whether the error is an API answer with this reason, for example `AlreadyExists`. */
export function hasReason(error: unknown, reason: string): error is KubernetesApiError {
  return error instanceof KubernetesApiError && error.reason === reason;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function causeMessage(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  // An AggregateError of the address attempts has no message of its own.
  return cause.message || code || cause.name;
}
