import type { Clock } from '../clock/index.ts';
import { bulkhead } from './bulkhead.ts';
import { chaos } from './chaos.ts';
import { CircuitBreaker, type CircuitBreakerOptions, circuitBreaker } from './circuit-breaker.ts';
import { type FallbackOptions, fallback } from './fallback.ts';
import type { FaultSource } from './fault.ts';
import { type Pipeline, pipeline } from './pipeline.ts';
import { type RetryOptions, retry } from './retry.ts';
import type { Strategy } from './strategy.ts';
import { timeout } from './timeout.ts';

/**
 * What a service knows about calling another one.
 *
 * @example
 * ```ts
 * const options: CallPipelineOptions = { name: 'stock', deadline: 300, retries: 1 };
 * ```
 */
export interface CallPipelineOptions {
  /** The other service, or the edge to it. */
  readonly name: string;
  /** Milliseconds for the whole call, retries included. */
  readonly deadline: number;
  /** @default 0 */
  readonly retries?: number;
  /** Milliseconds for one attempt. @default the deadline, divided by the attempts */
  readonly attemptTimeout?: number;
  /** The most calls under way at the same time. @default 100 */
  readonly concurrency?: number;
  /** Finer settings of the retries. */
  readonly retry?: Omit<RetryOptions, 'attempts' | 'name' | 'clock'>;
  /** A breaker shared with other pipelines to the same service, or the settings of its own. */
  readonly breaker?: CircuitBreaker | Omit<CircuitBreakerOptions, 'name' | 'clock'>;
  /** Settings of the fallback. */
  readonly fallback?: Omit<FallbackOptions, 'name' | 'clock'>;
  /** Faults to inject next to the work. @default none */
  readonly faults?: FaultSource;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * The pipeline for calls to another service, in the order that this page's tables recommend: fallback, deadline,
 * retry, circuit breaker, timeout of the attempt, bulkhead.
 *
 * The breaker stands inside the retry, so that it sees every attempt; the timeout inside the breaker, so that slowness
 * counts as failure; the bulkhead innermost, so that a place is taken for as long as the work really runs.
 *
 * @example
 * ```ts
 * const stock = callPipeline({ name: 'stock', deadline: 300, retries: 1 });
 * const price = await stock.execute((attempt) => getPrice(article, attempt.signal));
 * ```
 */
export function callPipeline(options: CallPipelineOptions): Pipeline {
  const { name, deadline, retries = 0, clock } = options;
  const attempts = retries + 1;
  const part = (kind: string): { name: string; clock: Clock | undefined } => ({
    name: `${name}-${kind}`,
    clock,
  });
  const { breaker } = options;
  const strategies: Strategy[] = [
    fallback({ ...options.fallback, ...part('fallback') }),
    timeout({ ...part('deadline'), after: deadline }),
    retry({ ...options.retry, ...part('retry'), attempts }),
    breaker instanceof CircuitBreaker ? breaker : circuitBreaker({ ...breaker, ...part('circuit-breaker') }),
    timeout({ ...part('timeout'), after: options.attemptTimeout ?? deadline / attempts }),
    bulkhead({ ...part('bulkhead'), concurrency: options.concurrency ?? 100 }),
  ];
  if (options.faults !== undefined) strategies.push(chaos({ ...part('chaos'), faults: options.faults }));
  return pipeline(strategies, { name });
}
