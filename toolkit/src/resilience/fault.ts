/**
 * What is to go wrong with one call. `latency` comes first; then `error` fails the call, or `drop` leaves it without
 * an answer, or neither lets it go on.
 *
 * @example
 * ```ts
 * const fault: Fault = { latency: 200, error: new Error('connection reset') };
 * ```
 */
export interface Fault {
  /** Milliseconds by which the call is held up. */
  readonly latency?: number;
  /** What the call fails with instead of reaching the other side. `true` stands for an `InjectedFaultError`. */
  readonly error?: unknown;
  /** Nothing ever comes back; only a timeout, the deadline or the caller ends the call. */
  readonly drop?: boolean;
}

/**
 * Says what is to go wrong with the next call; asked once per attempt. `FaultPlan` of `@ninefold/toolkit/testing`
 * makes such sources.
 *
 * @example
 * ```ts
 * const everyTenth: FaultSource = { next: () => (Math.random() < 0.1 ? { error: true } : undefined) };
 * ```
 */
export interface FaultSource {
  next(): Fault | undefined;
}
