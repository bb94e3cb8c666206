import { setTimeout as delay } from 'node:timers/promises';
import { Agent, type Dispatcher } from 'undici';
import { KubernetesApiError, KubernetesConnectionError } from './errors.ts';
import type { ClusterConnection } from './kubeconfig.ts';
import { backoff, type RetryOptions, retryDelay } from './retries.ts';

/** Options of a connection to one API server. */
export interface TransportOptions extends RetryOptions {
  /** Connections kept for requests; watches come on top. @default 16 */
  connections?: number;
  /** Sent as User-Agent. @default 'ninefold' */
  userAgent?: string;
}

/** One request. */
export interface RequestOptions {
  /** Query parameters; undefined ones are left out. */
  query?: Record<string, string | number | boolean | undefined>;
  /** Sent as JSON. */
  body?: unknown;
  /** @default 'application/json' */
  contentType?: string;
  /** @default 'application/json' */
  accept?: string;
  /** Bound of one attempt, in milliseconds. @default 60000 */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
  /** Whether carrying it out twice ends as carrying it out once. @default true for GET, PUT, DELETE, server-side apply */
  repeatable?: boolean;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export const applyContentType = 'application/apply-patch+yaml';

/** HTTP to one API server: mutual TLS, reused connections, bounded retries. */
export class Transport {
  readonly server: string;
  readonly #requests: Agent;
  readonly #streams: Agent;
  readonly #headers: Record<string, string>;
  readonly #retryForMs: number;
  readonly #onRetry: RetryOptions['onRetry'];

  constructor(connection: ClusterConnection, options: TransportOptions = {}) {
    this.server = connection.server;
    const connect = {
      timeout: 5000,
      rejectUnauthorized: !connection.insecure,
      ...(connection.certificateAuthority ? { ca: connection.certificateAuthority } : {}),
      ...(connection.clientCertificate ? { cert: connection.clientCertificate } : {}),
      ...(connection.clientKey ? { key: connection.clientKey } : {}),
      ...(connection.serverName ? { servername: connection.serverName } : {}),
    };
    this.#requests = new Agent({
      connect,
      connections: options.connections ?? 16,
      bodyTimeout: 0,
      headersTimeout: 0,
    });
    this.#streams = new Agent({ connect, bodyTimeout: 0, headersTimeout: 30_000 });
    this.#headers = {
      'user-agent': options.userAgent ?? 'ninefold',
      ...(connection.token ? { authorization: `Bearer ${connection.token}` } : {}),
    };
    this.#retryForMs = options.retryForMs ?? 15_000;
    this.#onRetry = options.onRetry;
  }

  /**
   * Sends a request and parses the JSON answer (plain text when it is not JSON).
   * @throws {KubernetesApiError} the server refused it
   * @throws {KubernetesConnectionError} it could not be reached for as long as retries last
   */
  async request(method: Method, path: string, options: RequestOptions = {}): Promise<unknown> {
    const repeatable =
      options.repeatable ??
      (method === 'GET' ||
        method === 'PUT' ||
        method === 'DELETE' ||
        options.contentType === applyContentType);
    const started = performance.now();
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#send(method, path, options);
      } catch (error) {
        options.signal?.throwIfAborted();
        const asked = retryDelay(error, repeatable);
        const wait = asked === undefined ? undefined : backoff(attempt, asked);
        if (wait === undefined || performance.now() - started + wait > this.#retryForMs) {
          throw error instanceof KubernetesApiError
            ? error
            : new KubernetesConnectionError(this.server, error);
        }
        const reason = error instanceof Error ? error.message || error.name : String(error);
        this.#onRetry?.({ reason, attempt, delayMs: wait });
        await delay(wait, undefined, options.signal ? { signal: options.signal } : {});
      }
    }
  }

  /** Opens a streamed answer, such as a watch or a log; never retried here. @throws {KubernetesApiError} */
  async stream(
    path: string,
    options: Pick<RequestOptions, 'query' | 'signal'> = {},
  ): Promise<AsyncIterable<Buffer>> {
    const response = await this.#streams.request({
      origin: this.server,
      path: withQuery(path, options.query),
      method: 'GET',
      headers: { ...this.#headers, accept: 'application/json' },
      signal: options.signal ?? null,
    });
    if (response.statusCode >= 400) {
      throw KubernetesApiError.fromResponse(response.statusCode, await response.body.text());
    }
    return response.body;
  }

  /** Closes every connection; requests under way fail. */
  async close(): Promise<void> {
    await Promise.all([this.#requests.destroy(), this.#streams.destroy()]);
  }

  async #send(method: Method, path: string, options: RequestOptions): Promise<unknown> {
    const timeout = AbortSignal.timeout(options.timeoutMs ?? 60_000);
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
    const request: Dispatcher.RequestOptions = {
      origin: this.server,
      path: withQuery(path, options.query),
      method,
      headers: {
        ...this.#headers,
        accept: options.accept ?? 'application/json',
        ...(options.body === undefined ? {} : { 'content-type': options.contentType ?? 'application/json' }),
      },
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal,
    };
    const response = await this.#requests.request(request);
    const text = await response.body.text();
    if (response.statusCode >= 400) throw refused(response, text);
    return parseBody(text, response.headers['content-type']);
  }
}

function refused(response: Dispatcher.ResponseData, text: string): KubernetesApiError {
  const error = KubernetesApiError.fromResponse(response.statusCode, text);
  const retryAfter = Number(response.headers['retry-after']);
  if (Number.isFinite(retryAfter)) error.details.retryAfterSeconds ??= retryAfter;
  return error;
}

function parseBody(text: string, contentType: string | string[] | undefined): unknown {
  return String(contentType).includes('json') ? JSON.parse(text) : text;
}

function withQuery(path: string, query: RequestOptions['query'] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}
