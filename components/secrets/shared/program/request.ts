/** HTTP with TLS to servers whose authority is ours. */
import { request as httpsRequest } from 'node:https';
import type { Json } from './desired.ts';

/** A server and how it is trusted. */
export interface Endpoint {
  /** Such as `https://vault-0.vault-pods.ninefold-secrets.svc:8200`. */
  url: string;
  /** Certificate of the authority that signed for it. */
  authority: string;
}

/** An answer with its body read as JSON, where it has one. */
export interface Answer {
  status: number;
  body: unknown;
}

/** A refusal. The message holds what the server said, never what it was sent. */
export class RefusedError extends Error {
  readonly status: number;

  constructor(method: string, path: string, { status, body }: Answer) {
    const said = (body as { errors?: string[]; message?: string } | undefined) ?? {};
    super(`${method} ${path}: ${status} ${said.errors?.join('; ') ?? said.message ?? ''}`.trim());
    this.name = 'RefusedError';
    this.status = status;
  }
}

/** What waiting will not mend. */
export class FatalError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FatalError';
  }
}

/** Sends one request and waits at most ten seconds for each part of its answer. */
export function send(
  endpoint: Endpoint,
  options: { method: string; path: string; headers?: Record<string, string>; body?: Json },
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const text = options.body === undefined ? undefined : JSON.stringify(options.body);
  const request = httpsRequest(
    new URL(options.path, endpoint.url),
    {
      method: options.method,
      ca: endpoint.authority,
      timeout: 10_000,
      headers: { ...(text ? bodyHeaders(text) : {}), ...options.headers },
    },
    (response) => {
      let received = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (received += chunk));
      response.on('error', reject);
      response.on('end', () => {
        try {
          resolve({ status: response.statusCode ?? 0, body: received ? JSON.parse(received) : undefined });
        } catch {
          resolve({ status: response.statusCode ?? 0, body: undefined });
        }
      });
    },
  );
  request.on('timeout', () => request.destroy(new Error('no answer within 10 seconds')));
  request.on('error', (error) => reject(new Error(`${options.method} ${options.path}: ${error.message}`)));
  request.end(text);
  return promise;
}

/** Node.js announces no body of a DELETE by itself, and the API server would not see its preconditions. */
function bodyHeaders(text: string): Record<string, string> {
  return { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) };
}
