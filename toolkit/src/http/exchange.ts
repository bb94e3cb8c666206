import type { Context } from '../context/index.ts';
import type { ShedReason } from './shedding.ts';

/**
 * A request that was answered, or whose caller went away.
 *
 * @example
 * const observer: HttpServerObserver = {
 *   finished: ({ method, route, status, duration }) => histogram.observe({ method, route, status }, duration / 1000),
 * };
 */
export interface HttpExchange {
  readonly method: string;
  /** The pattern of the route, such as `/orders/:orderId`; undefined where none matched. */
  readonly route: string | undefined;
  /** The status of the answer. */
  readonly status: number;
  /** Milliseconds from when the request was reached until its answer was handed over, or its caller gone. */
  readonly duration: number;
  /** Milliseconds for which the request waited before it was reached, as far as is known. */
  readonly waited: number;
  /** Whether it was taken, and observers told of its start. @default false */
  readonly started?: boolean;
  /** Why it was shed. */
  readonly shed?: ShedReason | undefined;
  /** Whether the caller went away before the answer was complete. */
  readonly aborted: boolean;
  /** What the answer as a problem was made of. */
  readonly error?: unknown;
  readonly context: Context;
}

/**
 * Learns of every request of a server: the place for metrics, wide events and spans.
 *
 * @example
 * const observer: HttpServerObserver = { finished: (exchange) => console.log(exchange.status, exchange.duration) };
 */
export interface HttpServerObserver {
  /**
   * A request was taken and is about to be worked on. What it returns is the context of that work, such as one with a
   * span of its own; nothing leaves it as it is.
   */
  started?(request: StartedRequest): Context | undefined;
  /** The answer was handed over, or the caller went away. */
  finished?(exchange: HttpExchange): void;
}

/**
 * A request as an observer sees it at its start.
 *
 * @example
 * const started = ({ method, route, context }: StartedRequest) => startSpan(`${method} ${route}`, context);
 */
export interface StartedRequest {
  readonly method: string;
  /** The pattern of the route; undefined where none matched. */
  readonly route: string | undefined;
  /** Path and query as sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly context: Context;
}
