import { type Clock, systemClock } from '../clock/index.ts';

/**
 * The time allowed for the work is over. Carries no stack trace: it is thrown often under overload, and the place
 * that noticed says nothing about the cause.
 *
 * @example
 * try {
 *   throwIfDone(context);
 * } catch (error) {
 *   if (error instanceof DeadlineExceeded) console.log(`late by ${Date.now() - error.deadline} ms`);
 * }
 */
export class DeadlineExceeded extends Error {
  override readonly name: string;
  /** A fixed text that survives bundling and copies of the package. */
  readonly code: 'DEADLINE_EXCEEDED';
  /** When the time was over, in epoch milliseconds. */
  readonly deadline: number;

  constructor(deadline: number) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(`The deadline ${describeInstant(deadline)} has passed`);
    Error.stackTraceLimit = limit;
    this.name = 'DeadlineExceeded';
    this.code = 'DEADLINE_EXCEEDED';
    this.deadline = deadline;
  }
}

function describeInstant(epochMilliseconds: number): string {
  const date = new Date(epochMilliseconds);
  return Number.isNaN(date.getTime()) ? String(epochMilliseconds) : date.toISOString();
}

/**
 * Milliseconds left until the context's deadline: never negative, `Infinity` without a deadline.
 *
 * @param clock what to measure on, by default the context's own
 * @example
 * const left = remainingTime(currentContext());
 */
export function remainingTime(
  context: { readonly deadline?: number; readonly clock?: Clock },
  clock: Pick<Clock, 'wall'> = context.clock ?? systemClock,
): number {
  return context.deadline === undefined
    ? Number.POSITIVE_INFINITY
    : Math.max(0, context.deadline - clock.wall());
}

/**
 * Stops work nobody waits for: throws when the deadline has passed or the caller has given up.
 *
 * @throws {@link DeadlineExceeded} after the deadline; the signal's own reason when it was aborted earlier.
 * @example
 * for (const row of rows) {
 *   throwIfDone(context);
 *   await handle(row);
 * }
 */
export function throwIfDone(
  context: { readonly deadline?: number; readonly signal: AbortSignal; readonly clock?: Clock },
  clock: Pick<Clock, 'wall'> = context.clock ?? systemClock,
): void {
  if (context.deadline !== undefined && context.deadline <= clock.wall()) {
    throw new DeadlineExceeded(context.deadline);
  }
  context.signal.throwIfAborted();
}
