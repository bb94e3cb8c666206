import type { Degradation } from './attempt.ts';
import type { CircuitState } from './circuit.ts';

/**
 * Something out of the ordinary in a strategy. `strategy` is its name; errors are the ones the caller gets or would
 * have got.
 *
 * | Type | When |
 * |---|---|
 * | `rejected` | A strategy refused the call or gave it up: timeout, open circuit, full queue, shed, rate. |
 * | `retrying` | A retry is about to wait `delay` ms; `attempt` is the number of the next try. |
 * | `gave-up` | No further retry, and why. |
 * | `state-changed` | A circuit breaker changed its state. |
 * | `hedging` | A further attempt was started beside a slow one. |
 * | `degraded` | The answer is stale, partial or a stand-in. |
 * | `injected` | `chaos` did something to the call. |
 *
 * @example
 * ```ts
 * breaker.subscribe((event: ResilienceEvent) => {
 *   if (event.type === 'state-changed') logger.warn(event, 'circuit breaker');
 * });
 * ```
 */
export type ResilienceEvent =
  | { readonly type: 'rejected'; readonly strategy: string; readonly error: unknown }
  | {
      readonly type: 'retrying';
      readonly strategy: string;
      readonly attempt: number;
      readonly delay: number;
      readonly error: unknown;
    }
  | {
      readonly type: 'gave-up';
      readonly strategy: string;
      readonly attempts: number;
      readonly cause: GiveUpCause;
      readonly error: unknown;
    }
  | {
      readonly type: 'state-changed';
      readonly strategy: string;
      readonly from: CircuitState;
      readonly to: CircuitState;
    }
  | { readonly type: 'hedging'; readonly strategy: string; readonly attempt: number }
  | {
      readonly type: 'degraded';
      readonly strategy: string;
      readonly degradation: Degradation;
      readonly reason: unknown;
    }
  | { readonly type: 'injected'; readonly strategy: string; readonly fault: string };

/**
 * Why `retry` tries no further: all attempts used, the error is not worth another, the budget is empty, the time left
 * is shorter than the wait, the request is a retry already, or a layer further in has retried.
 *
 * @example
 * ```ts
 * if (event.type === 'gave-up' && event.cause === 'budget') logger.warn('the retry budget is empty');
 * ```
 */
export type GiveUpCause =
  'attempts' | 'not-retryable' | 'budget' | 'deadline' | 'is-retry' | 'retried-inside';

/**
 * Is told of events; see `Strategy.subscribe`.
 *
 * @example
 * ```ts
 * const observer: ResilienceObserver = (event) => logger.debug(event);
 * ```
 */
export type ResilienceObserver = (event: ResilienceEvent) => void;
