import type { Priority } from '../../context/index.ts';

/**
 * One request of an {@link HttpClient}.
 *
 * @example
 * const request: HttpRequest = { method: 'POST', path: '/orders', body: { article: '4711', count: 2 } };
 */
export interface HttpRequest {
  /** @default 'GET' */
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  /** Below the client's base URL; starts with a slash. */
  readonly path: string;
  /** Lists repeat the name; undefined is left out. */
  readonly query?: Readonly<Record<string, QueryValue | readonly QueryValue[] | undefined>>;
  /** Names in lower case; undefined is left out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON, unless it is text or bytes. */
  readonly body?: unknown;
  /** @default 'application/json' for what is sent as JSON */
  readonly contentType?: string;
  /** How metrics call it; a pattern, never with an id in it. @default the method */
  readonly operation?: string;
  /** Whether sending it twice does no more than once. @default by the method, or when it has an idempotency key */
  readonly idempotent?: boolean;
  /** Milliseconds for all attempts together; can only shorten the client's. */
  readonly timeout?: number;
  /** @default the context's */
  readonly priority?: Priority;
  /** Gives the request up, beside the context's own signal. */
  readonly signal?: AbortSignal;
}

/**
 * What can stand in a query.
 *
 * @example
 * const value: QueryValue = 10;
 */
export type QueryValue = string | number | boolean;

/**
 * An answer of any status.
 *
 * @example
 * const { status, body }: HttpAnswer = await client.request({ path: '/prices/4711' });
 */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Parsed when it is JSON, text when it is text, undefined when there is none, otherwise bytes. */
  readonly body: unknown;
}

const idempotentMethods = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);

/** Whether a request may be sent again when nobody knows whether it was seen. */
export function isIdempotent(request: HttpRequest): boolean {
  if (request.idempotent !== undefined) return request.idempotent;
  return idempotentMethods.has(request.method ?? 'GET') || request.headers?.['idempotency-key'] !== undefined;
}

/** The target of a request: path and query. */
export function requestTarget(basePath: string, { path, query }: HttpRequest): string {
  if (!path.startsWith('/'))
    throw new TypeError(`path is ${JSON.stringify(path)}: let it start with a slash`);
  const target = `${basePath}${path}`;
  if (query === undefined) return target;
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const item of isList(value) ? value : [value]) parameters.append(name, String(item));
  }
  const text = parameters.toString();
  if (text === '') return target;
  return `${target}${target.includes('?') ? '&' : '?'}${text}`;
}

function isList(value: unknown): value is readonly QueryValue[] {
  return Array.isArray(value);
}

/** The body as it is sent, with its media type. */
export function requestBody(request: HttpRequest): { body?: string | Uint8Array; contentType?: string } {
  const { body, contentType } = request;
  if (body === undefined) return {};
  if (typeof body === 'string' || body instanceof Uint8Array)
    return { body, ...(contentType && { contentType }) };
  return { body: JSON.stringify(body), contentType: contentType ?? 'application/json' };
}

/** Reads an answer's body by its media type. */
export function readBody(bytes: Uint8Array, contentType: string | undefined): unknown {
  if (bytes.length === 0) return undefined;
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (mediaType === 'application/json' || mediaType.endsWith('+json')) {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  }
  if (mediaType.startsWith('text/')) {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  }
  return bytes;
}
