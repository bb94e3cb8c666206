import type { Pool } from 'undici';
import { type Clock, systemClock } from '../../clock/index.ts';
import {
  type Context,
  currentContext,
  deriveContext,
  httpHeaders,
  inject,
  throwIfDone,
} from '../../context/index.ts';
import { callPipeline } from '../../resilience/call-pipeline.ts';
import { markRetried, retriedField, wasRetried } from '../../resilience/retry-marker.ts';
import type { Strategy, StrategyDescription } from '../../resilience/strategy.ts';
import type { Component } from '../../service/component.ts';
import type { NeededCall } from '../../service/needs.ts';
import { readDeprecation } from '../deprecation.ts';
import { isConnectionError, isUnsent, UnreachableError } from './errors.ts';
import { FailedAnswer, isAlarming } from './failed-answer.ts';
import type { HttpClientOptions } from './options.ts';
import {
  type HttpAnswer,
  type HttpRequest,
  isIdempotent,
  readBody,
  requestBody,
  requestTarget,
} from './request.ts';

/**
 * What a client is and how it stands, as plain data.
 *
 * @example
 * const { service, operations }: HttpClientDescription = client.describe();
 */
export interface HttpClientDescription {
  readonly kind: 'http-client';
  readonly service: string;
  /** Without credentials. */
  readonly baseUrl: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly resilience: StrategyDescription | undefined;
  /** Operations that code may call, sorted. */
  readonly operations: readonly string[];
}

/**
 * Calls one service; made by {@link httpClient}.
 *
 * @example
 * const client: HttpClient = httpClient({ service: 'stock', baseUrl: 'http://stock:8080' });
 */
export interface HttpClient {
  readonly service: string;
  /**
   * Sends a request and gives the answer, whatever its status.
   *
   * @throws `UnreachableError` when there is no answer; `DeadlineExceeded` when there is none in time, or no time was
   * left to begin; `RejectedError` when a strategy refused; the signal's reason when the caller gave up.
   */
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** Notes that code may call these operations, for the check against the contract. */
  uses(operations: readonly string[]): void;
  /** The client as a part of a service: closes its connections with it. */
  component(): Component;
  /** Lets requests at hand end, and closes the connections. */
  close(): Promise<void>;
  describe(): HttpClientDescription;
}

const TIMEOUT = 10_000;
const CONNECTIONS = 100;
const MAXIMUM_BODY = 10 * 1024 * 1024;

/**
 * A client for one service: every request carries the context it is made in, with the time that is left; nothing is
 * begun or awaited after the deadline; retries are few, within a budget, and only for what may be sent twice; a
 * service that keeps failing is left alone for a while.
 *
 * @throws TypeError for options that make no sense.
 * @example
 * const stock = httpClient({ service: 'stock', baseUrl: 'http://stock:8080', timeout: 300 });
 * const { status, body } = await stock.request({ path: '/prices/4711', operation: 'getPrice' });
 */
export function httpClient(options: HttpClientOptions): HttpClient {
  return new UndiciHttpClient(options);
}

class UndiciHttpClient implements HttpClient {
  readonly service: string;
  readonly #options: HttpClientOptions;
  readonly #base: URL;
  readonly #basePath: string;
  readonly #timeout: number;
  readonly #clock: Clock;
  readonly #resilience: Strategy | undefined;
  readonly #operations = new Set<string>();
  readonly #deprecated = new Set<string>();
  #pool: Promise<Pool> | undefined;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.service = options.service;
    this.#base = new URL(options.baseUrl);
    if (!/^https?:$/.test(this.#base.protocol)) {
      throw new TypeError(
        `baseUrl of ${options.service} is ${this.#base.protocol}…: give it http: or https:`,
      );
    }
    this.#basePath = this.#base.pathname.replace(/\/$/, '');
    this.#timeout = options.timeout ?? TIMEOUT;
    if (!(this.#timeout > 0)) {
      throw new TypeError(`timeout of ${options.service} is ${this.#timeout}: give it milliseconds above 0`);
    }
    this.#clock = options.clock ?? systemClock;
    this.#resilience = options.resilience === false ? undefined : (options.resilience ?? usual(options));
    if (this.#resilience) options.registry?.add(this.#resilience);
  }

  async request(request: HttpRequest): Promise<HttpAnswer> {
    const context = deriveContext(currentContext(), {
      timeout: Math.min(this.#timeout, request.timeout ?? Number.POSITIVE_INFINITY),
      ...(request.priority && { priority: request.priority }),
      ...(request.signal && { signal: request.signal }),
      clock: this.#clock,
    });
    throwIfDone(context, this.#clock);
    try {
      if (this.#resilience === undefined) return await this.#attempt(request, context, 1);
      return await this.#resilience.execute((attempt) => this.#attempt(request, attempt, attempt.number), {
        context,
      });
    } catch (error) {
      // Retries and the breaker had to see it as a failure; the caller gets the answer that it is.
      if (!(error instanceof FailedAnswer)) throw error;
      return wasRetried(error) ? markRetried(error.answer) : error.answer;
    }
  }

  uses(operations: readonly string[]): void {
    for (const operation of operations) this.#operations.add(operation);
  }

  component(): Component {
    const client = this;
    return {
      name: `http-client ${this.service}`,
      get needs() {
        const call: NeededCall = { service: client.service, operations: [...client.#operations].sort() };
        return (client.#options.internal ?? true) ? { calls: [call] } : { egress: [client.#base.host] };
      },
      close: () => this.close(),
      describe: () => this.describe(),
    };
  }

  async close(): Promise<void> {
    const pool = await this.#pool;
    this.#pool = undefined;
    await pool?.close();
  }

  describe(): HttpClientDescription {
    return {
      kind: 'http-client',
      service: this.service,
      baseUrl: `${this.#base.origin}${this.#basePath}`,
      timeout: this.#timeout,
      resilience: this.#resilience?.describe(),
      operations: [...this.#operations].sort(),
    };
  }

  async #attempt(request: HttpRequest, context: Context, number: number): Promise<HttpAnswer> {
    const { method = 'GET', operation = method } = request;
    const { observers } = this.#options;
    const started = observers ? this.#clock.now() : 0;
    let status: number | undefined;
    let failure: unknown;
    try {
      const answer = await this.#send(request, method, context);
      status = answer.status;
      this.#noticeDeprecation(answer, operation);
      const failed = FailedAnswer.of(answer, this.service, isIdempotent(request));
      if (failed === undefined) return answer;
      throw answer.headers[retriedField] === undefined ? failed : markRetried(failed);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      if (observers) {
        const duration = this.#clock.now() - started;
        const { service } = this;
        for (const observer of observers) {
          observer.finished({
            service,
            operation,
            method,
            number,
            duration,
            ...(status === undefined ? { error: failure } : { status }),
          });
        }
      }
    }
  }

  async #send(
    request: HttpRequest,
    method: NonNullable<HttpRequest['method']>,
    context: Context,
  ): Promise<HttpAnswer> {
    const { body, contentType } = requestBody(request);
    const headers: Record<string, string> = { accept: 'application/json', ...this.#options.headers };
    for (const [name, value] of Object.entries(request.headers ?? {})) {
      if (value !== undefined) headers[name] = value;
    }
    if (contentType !== undefined) headers['content-type'] = contentType;
    if (this.#options.internal ?? true) {
      inject(context, httpHeaders(headers), {
        clock: this.#clock,
        ...(this.#options.principal && { principal: true }),
      });
    }
    this.#pool ??= this.#connect();
    const pool = await this.#pool;
    throwIfDone(context, this.#clock);
    const path = requestTarget(this.#basePath, request);
    try {
      const answer = await pool.request({
        path,
        method,
        headers,
        signal: context.signal,
        ...(body !== undefined && { body }),
      });
      const bytes = await answer.body.bytes();
      const type = answer.headers['content-type'];
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: readBody(bytes, typeof type === 'string' ? type : undefined),
      };
    } catch (error) {
      if (context.signal.aborted) throw context.signal.reason;
      if (!isConnectionError(error)) throw error;
      const unsent = isUnsent(error);
      throw new UnreachableError(this.service, error, unsent, unsent || isIdempotent(request));
    }
  }

  async #connect(): Promise<Pool> {
    const undici = await import('undici');
    return new undici.Pool(this.#base.origin, {
      connections: this.#options.connections ?? CONNECTIONS,
      maxResponseSize: this.#options.maximumBody ?? MAXIMUM_BODY,
      // The context's signal ends a request; a second, coarser timer would only be in its way.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: this.#timeout },
    });
  }

  #noticeDeprecation(answer: HttpAnswer, operation: string): void {
    const notice = readDeprecation(answer.headers);
    if (notice === undefined || this.#deprecated.has(operation)) return;
    this.#deprecated.add(operation);
    const { onDeprecation } = this.#options;
    if (onDeprecation) onDeprecation(notice, operation);
    else {
      const end = notice.sunset ? `, until ${notice.sunset.toISOString()}` : '';
      process.emitWarning(`${operation} of ${this.service} is deprecated${end}`, 'DeprecatedOperation');
    }
  }
}

/** What stands between a request and the network unless the options say otherwise. */
function usual(options: HttpClientOptions): Strategy {
  const { service, timeout = TIMEOUT, retries = 0, connections = CONNECTIONS, faults, clock } = options;
  return callPipeline({
    name: service,
    deadline: timeout,
    retries,
    concurrency: connections,
    breaker: { isFailure: isAlarming },
    ...(faults && { faults }),
    ...(clock && { clock }),
  });
}
