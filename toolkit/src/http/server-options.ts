import type { Clock } from '../clock/index.ts';
import type { Priority } from '../context/index.ts';
import type { VersionOptions } from './api-version.ts';
import type { DeprecationOptions } from './deprecation.ts';
import type { HttpServerObserver } from './exchange.ts';
import type { IdempotencyOptions } from './idempotency/idempotency.ts';
import type { OpenapiDocument } from './openapi/document.ts';
import type { SheddingOptions } from './shedding.ts';

/**
 * How {@link httpServer} treats requests. Everything has a default.
 *
 * @example
 * const options: HttpServerOptions = { trusted: true, maximumTime: 10_000 };
 */
export interface HttpServerOptions {
  /** How metrics and descriptions call it. @default 'http' */
  readonly name?: string;
  /**
   * Whether callers are known to be services of ours, as behind a mesh with mutual TLS. If not, they can't raise their
   * priority, and tenant and baggage are not read. @default false
   */
  readonly trusted?: boolean;
  /** Whether to read the principal that a trusted caller sends along. @default false */
  readonly principal?: boolean;
  /**
   * Longest time for a request in milliseconds, also for one that asks for more or for none; `Infinity` for no limit.
   * @default 30000
   */
  readonly maximumTime?: number;
  /** How to refuse what would not be answered in time; `false` to refuse nothing. @default {} */
  readonly shedding?: SheddingOptions | false;
  /** Whether errors and unknown routes are answered as problems (RFC 9457). @default true */
  readonly problems?: boolean;
  /**
   * The document that the routes must match when the server starts, both ways. Routes with `config.internal` are left
   * out. @default none is checked
   */
  readonly openapi?: OpenapiDocument;
  /** Lets requests be sent again without being done again. @default routes that take a key are refused at start */
  readonly idempotency?: IdempotencyOptions;
  /** Versions of the API, chosen by a header; `request.apiVersion` is what was chosen. @default there are none */
  readonly versions?: VersionOptions;
  /** Told of every request. @default [] */
  readonly observers?: readonly HttpServerObserver[];
  /** @default systemClock */
  readonly clock?: Clock;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Priority of requests that name none themselves. @default 'normal' */
    priority?: Priority;
    /** Longest time for a request in milliseconds, shorter than the server's. */
    maximumTime?: number;
    /** `false` for a route that is never shed, such as one for health. @default true */
    shedding?: boolean;
    /** The `operationId` of the route, for metrics. @default none */
    operation?: string;
    /** Whether the route is none of the API's, and the OpenAPI document need not have it. @default false */
    internal?: boolean;
    /** Says in every answer that the operation is on its way out. */
    deprecation?: DeprecationOptions;
  }
}
