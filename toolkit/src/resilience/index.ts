/**
 * What keeps calls going when the other side does not: timeout, retry with a budget, circuit breaker, bulkhead,
 * adaptive concurrency limit, rate limit, hedging, fallback and chaos, each alone or in a pipeline.
 *
 * @module
 */
export type { Answer, Attempt, Degradation, ExecuteOptions, Work } from './attempt.ts';
export { Bulkhead, type BulkheadOptions, bulkhead } from './bulkhead.ts';
export { type CallPipelineOptions, callPipeline } from './call-pipeline.ts';
export { Chaos, type ChaosOptions, chaos } from './chaos.ts';
export type { CircuitState } from './circuit.ts';
export { CircuitBreaker, type CircuitBreakerOptions, circuitBreaker } from './circuit-breaker.ts';
export { ConcurrencyLimit, type ConcurrencyLimitOptions, concurrencyLimit } from './concurrency-limit.ts';
export {
  BulkheadFullError,
  CircuitOpenError,
  InjectedFaultError,
  OverloadedError,
  RateLimitedError,
  RejectedError,
  TimeoutError,
} from './errors.ts';
export type { GiveUpCause, ResilienceEvent, ResilienceObserver } from './events.ts';
export { Fallback, type FallbackOptions, fallback } from './fallback.ts';
export type { Fault, FaultSource } from './fault.ts';
export { Hedging, type HedgingOptions, hedging } from './hedging.ts';
export type { Permit } from './limited-call.ts';
export { Pipeline, pipeline } from './pipeline.ts';
export { RateLimit, type RateLimitOptions, rateLimit } from './rate-limit.ts';
export { type RegisteredSnapshot, ResilienceRegistry } from './registry.ts';
export { Retry, type RetryOptions, retry } from './retry.ts';
export { RetryBudget, type RetryBudgetOptions, retryBudget } from './retry-budget.ts';
export { isRetry, markRetried, retriedField, wasRetried } from './retry-marker.ts';
export {
  Strategy,
  type StrategyDescription,
  type StrategyOptions,
  type StrategySnapshot,
} from './strategy.ts';
export { Timeout, type TimeoutOptions, timeout } from './timeout.ts';
