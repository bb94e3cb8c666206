import type { Clock } from '../../clock/index.ts';
import type { FaultSource } from '../../resilience/fault.ts';
import type { ResilienceRegistry } from '../../resilience/registry.ts';
import type { Strategy } from '../../resilience/strategy.ts';
import type { DeprecationNotice } from '../deprecation.ts';

/**
 * How an {@link HttpClient} reaches one service. Only `service` and `baseUrl` have no default.
 *
 * @example
 * const options: HttpClientOptions = { service: 'stock', baseUrl: 'http://stock:8080', timeout: 300, retries: 1 };
 */
export interface HttpClientOptions {
  /** Name of the service that is called, as the contract has it. */
  readonly service: string;
  /** Its address; a path in it comes before every request's path. */
  readonly baseUrl: string | URL;
  /** Milliseconds for one request, all attempts together; the context's deadline can only shorten it. @default 10000 */
  readonly timeout?: number;
  /** Further attempts after a failure, for requests that may be sent twice. @default 0 */
  readonly retries?: number;
  /**
   * What stands between a request and the network. `false` for nothing.
   * @default `callPipeline` with this client's timeout, retries and connections
   */
  readonly resilience?: Strategy | false;
  /** Where the pipeline is registered under the service's name, so that metrics and wide events show it. @default nowhere */
  readonly registry?: ResilienceRegistry;
  /** Faults to inject next to the network, for tests; not with a `resilience` of one's own. @default none */
  readonly faults?: FaultSource;
  /**
   * Whether the service is one of ours. Only then tenant, priority and baggage travel along. @default true
   */
  readonly internal?: boolean;
  /** Whether the principal travels along; takes `internal` too. @default false */
  readonly principal?: boolean;
  /** Most connections at a time. @default 100 */
  readonly connections?: number;
  /** Largest answer in bytes. @default 10485760 */
  readonly maximumBody?: number;
  /** Sent with every request, names in lower case. @default {} */
  readonly headers?: Readonly<Record<string, string>>;
  /** Told of every request. @default [] */
  readonly observers?: readonly HttpClientObserver[];
  /** Told once per operation that it is on its way out. @default a process warning */
  readonly onDeprecation?: (notice: DeprecationNotice, operation: string) => void;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * Learns of every attempt of a client: the place for metrics and spans.
 *
 * @example
 * const observer: HttpClientObserver = {
 *   finished: ({ service, status, duration }) => histogram.observe({ service, status }, duration / 1000),
 * };
 */
export interface HttpClientObserver {
  /** An attempt was answered or failed. */
  finished(attempt: HttpAttempt): void;
}

/**
 * One attempt at a request.
 *
 * @example
 * const log = ({ service, operation, number, status }: HttpAttempt) => console.log(service, operation, number, status);
 */
export interface HttpAttempt {
  readonly service: string;
  readonly operation: string;
  readonly method: string;
  /** 1 for the first try, 2 for the first retry. */
  readonly number: number;
  /** Undefined when there was no answer. */
  readonly status?: number;
  /** Why there was no answer. */
  readonly error?: unknown;
  /** Milliseconds. */
  readonly duration: number;
}
