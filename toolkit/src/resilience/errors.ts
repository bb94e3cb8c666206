/**
 * A call that a strategy refused or gave up, as opposed to one that the work itself failed. Carries no stack trace:
 * under overload thousands are thrown a second, and where they were thrown says nothing about the cause.
 *
 * @example
 * ```ts
 * try {
 *   await calls.execute(work);
 * } catch (error) {
 *   if (error instanceof RejectedError) reply.code(503).header('retry-after', (error.retryAfter ?? 1000) / 1000);
 * }
 * ```
 */
export class RejectedError extends Error {
  /** A fixed text that survives bundling and copies of the package, such as `CIRCUIT_OPEN`. */
  readonly code: string;
  /** The name of the strategy that rejected. */
  readonly strategy: string;
  /** Whether another try a moment later is worth it; `retry` asks. */
  readonly retryable: boolean;
  /** Milliseconds after which a call may get through, where that is known. */
  readonly retryAfter: number | undefined;

  constructor(code: string, strategy: string, problem: string, retryable: boolean, retryAfter?: number) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(`${strategy}: ${problem}`);
    Error.stackTraceLimit = limit;
    this.code = code;
    this.strategy = strategy;
    this.retryable = retryable;
    this.retryAfter = retryAfter;
  }

  static {
    nameOf(RejectedError, 'RejectedError');
  }
}

/**
 * One attempt took longer than `timeout` allows. Worth a retry.
 *
 * @example
 * ```ts
 * if (error instanceof TimeoutError) console.log(`no answer within ${error.after} ms`);
 * ```
 */
export class TimeoutError extends RejectedError {
  /** What was allowed, in milliseconds. */
  readonly after: number;

  constructor(strategy: string, after: number) {
    super('TIMEOUT', strategy, `no answer within ${after} ms`, true);
    this.after = after;
  }

  static {
    nameOf(TimeoutError, 'TimeoutError');
  }
}

/**
 * The circuit breaker is open, or half-open with all its trial calls taken.
 *
 * @example
 * ```ts
 * if (error instanceof CircuitOpenError) console.log(`try again in ${error.retryAfter} ms`);
 * ```
 */
export class CircuitOpenError extends RejectedError {
  constructor(strategy: string, retryAfter: number) {
    super('CIRCUIT_OPEN', strategy, 'the circuit is open', false, retryAfter);
  }

  static {
    nameOf(CircuitOpenError, 'CircuitOpenError');
  }
}

/**
 * The bulkhead's places and its queue are taken, or the wait in the queue was too long.
 *
 * @example
 * ```ts
 * if (error instanceof BulkheadFullError) console.log('too many calls at once');
 * ```
 */
export class BulkheadFullError extends RejectedError {
  constructor(strategy: string, problem: string) {
    super('BULKHEAD_FULL', strategy, problem, false);
  }

  static {
    nameOf(BulkheadFullError, 'BulkheadFullError');
  }
}

/**
 * The adaptive limit sheds this call: more work has come than gets done in time.
 *
 * @example
 * ```ts
 * if (error instanceof OverloadedError) reply.code(503);
 * ```
 */
export class OverloadedError extends RejectedError {
  constructor(strategy: string, problem: string, retryAfter?: number) {
    super('OVERLOADED', strategy, problem, false, retryAfter);
  }

  static {
    nameOf(OverloadedError, 'OverloadedError');
  }
}

/**
 * More calls than the agreed rate.
 *
 * @example
 * ```ts
 * if (error instanceof RateLimitedError) reply.code(429);
 * ```
 */
export class RateLimitedError extends RejectedError {
  constructor(strategy: string, retryAfter: number) {
    super('RATE_LIMITED', strategy, 'the rate is used up', false, retryAfter);
  }

  static {
    nameOf(RateLimitedError, 'RateLimitedError');
  }
}

/**
 * The error that `chaos` injects when a fault names none of its own. Worth a retry, like the failure it stands for.
 *
 * @example
 * ```ts
 * assert.ok(error instanceof InjectedFaultError);
 * ```
 */
export class InjectedFaultError extends RejectedError {
  constructor(strategy: string) {
    super('FAULT_INJECTED', strategy, 'a fault was injected here', true);
  }

  static {
    nameOf(InjectedFaultError, 'InjectedFaultError');
  }
}

/** The name belongs on the prototype: one property less to define for every error. */
function nameOf(type: { prototype: Error }, name: string): void {
  Object.defineProperty(type.prototype, 'name', { value: name, configurable: true, writable: true });
}
