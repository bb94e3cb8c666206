import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../../context/index.ts';
import { ProblemError, problemTypes } from '../problem.ts';
import type { IdempotencyStore, IdempotentRequest } from './store.ts';

/**
 * How a server treats idempotency keys: the header `Idempotency-Key` of requests to routes with `config.idempotency`.
 *
 * @example
 * const options: IdempotencyOptions = { store: postgresIdempotencyStore({ pool }) };
 */
export interface IdempotencyOptions {
  readonly store: IdempotencyStore;
  /** Milliseconds for which an answer is kept. @default 86400000, a day */
  readonly keepFor?: number;
  /**
   * Milliseconds for which a request is taken to be at work, unless it ends; longer than any takes. A process that is
   * killed at work leaves the key in use for as long. @default 60000
   */
  readonly lease?: number;
  /** Whose keys they are. @default tenant and principal of the request's context */
  readonly owner?: (context: Context) => string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether requests take an idempotency key: `required` refuses those without. @default none is looked at */
    idempotency?: 'required' | 'optional';
  }
}

const KEEP_FOR = 86_400_000;
const LEASE = 60_000;
const LONGEST_KEY = 255;
/** Headers that belong to the connection or to this one delivery, not to the answer. */
const notKept = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'date']);

interface Reservation {
  readonly request: IdempotentRequest;
  readonly token: string;
}

const reservationKey = Symbol('ninefold.idempotency');

interface ReservingRequest extends FastifyRequest {
  [reservationKey]?: Reservation;
}

/**
 * Adds idempotency keys to a server. `isAbandoned` says of a request whether it was answered while its work goes on:
 * then nobody knows what came of it, and its key stays in use until the lease is over.
 */
export function addIdempotency(
  app: FastifyInstance,
  options: IdempotencyOptions,
  isAbandoned: (request: FastifyRequest) => boolean,
): void {
  const { store, keepFor = KEEP_FOR, lease = LEASE, owner = ownerOf } = options;
  app.decorateRequest(reservationKey);
  app.addHook('preHandler', async (request: ReservingRequest, reply) => {
    const mode = request.routeOptions.config.idempotency;
    if (mode === undefined) return;
    const key = readKey(request.headers['idempotency-key']);
    if (key === undefined) {
      if (mode === 'optional' && request.headers['idempotency-key'] === undefined) return;
      throw new ProblemError({
        status: 400,
        type: problemTypes.idempotencyKeyRequired,
        title: 'The request takes an idempotency key',
        detail: `Send the header Idempotency-Key with a text of 1 to ${LONGEST_KEY} characters, the same when you send the request again`,
      });
    }
    const route = `${request.method} ${request.routeOptions.url ?? ''}`;
    const idempotent = {
      scope: `${owner(request.context)} ${route}`,
      key,
      fingerprint: fingerprintOf(request),
    };
    const beginning = await store.begin(idempotent, lease);
    if (beginning.state === 'begun') {
      request[reservationKey] = { request: idempotent, token: beginning.token };
      return;
    }
    if (beginning.state === 'in-use') throw inUse();
    if (beginning.state === 'reused') throw reused();
    const { status, headers, body } = beginning.answer;
    await reply
      .code(status)
      .headers({ ...headers, 'idempotency-replayed': 'true' })
      .send(Buffer.from(body));
  });
  app.addHook('onSend', async (request: ReservingRequest, reply, payload) => {
    const reservation = request[reservationKey];
    if (!reservation) return payload;
    delete request[reservationKey];
    try {
      const body = isFinal(reply.statusCode) ? bytesOf(payload) : undefined;
      if (body !== undefined) {
        const answer = { status: reply.statusCode, headers: headersOf(reply), body };
        await store.complete(reservation.request, reservation.token, answer, keepFor);
      } else if (!isAbandoned(request)) await store.release(reservation.request, reservation.token);
    } catch (error) {
      // The work is done: the caller gets to know, whatever became of the key.
      request.log.error({ err: error }, 'The answer to an idempotent request could not be kept');
    }
    return payload;
  });
}

/** Whether sending the request again would be answered the same. */
function isFinal(status: number): boolean {
  return status < 500 && status !== 408 && status !== 425 && status !== 429;
}

/** The key, as a structured field (a text in quotes) or bare; undefined when there is none or it does not fit. */
function readKey(header: string | string[] | undefined): string | undefined {
  if (typeof header !== 'string') return undefined;
  const [, quoted] = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/.exec(header.trim()) ?? [];
  const key = quoted === undefined ? header.trim() : quoted.replace(/\\(["\\])/g, '$1');
  if (quoted === undefined && !/^[\x21\x23-\x7e]+$/.test(key)) return undefined;
  return key.length > 0 && key.length <= LONGEST_KEY ? key : undefined;
}

function ownerOf({ tenant, principal }: Context): string {
  return JSON.stringify([tenant ?? null, principal?.issuer ?? null, principal?.id ?? null]);
}

function fingerprintOf(request: FastifyRequest): string {
  const hash = createHash('sha256').update(`${request.method} ${request.url}\n`);
  const { body } = request;
  if (body instanceof Uint8Array || typeof body === 'string') hash.update(body);
  else if (body !== undefined) hash.update(JSON.stringify(body));
  return hash.digest('base64url');
}

/** What was sent; undefined when it flows and can't be kept. */
function bytesOf(payload: unknown): Uint8Array | undefined {
  if (payload === null || payload === undefined) return new Uint8Array();
  if (typeof payload === 'string') return Buffer.from(payload);
  return payload instanceof Uint8Array ? payload : undefined;
}

function headersOf(reply: FastifyReply): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined && !notKept.has(name)) headers[name] = String(value);
  }
  return headers;
}

function inUse(): ProblemError {
  return new ProblemError(
    {
      status: 409,
      type: problemTypes.idempotencyKeyInUse,
      title: 'The request with this idempotency key is still being worked on',
    },
    { headers: { 'retry-after': '1' } },
  );
}

function reused(): ProblemError {
  return new ProblemError({
    status: 422,
    type: problemTypes.idempotencyKeyReused,
    title: 'The idempotency key was used for another request',
    detail: 'Use a new key for a new request, and the same key only to send the same request again',
  });
}
