import { InvalidEventError } from '../../events/index.ts';
import type { DeadLetterReason } from './observed.ts';

/** What is to be done about a record whose attempt failed. */
export type Verdict =
  /** The fault is a service's that the handler needs: the whole partition waits. */
  | { readonly type: 'hold'; readonly milliseconds: number }
  | { readonly type: 'bury'; readonly reason: DeadLetterReason }
  /** Park it; the next attempt after so many milliseconds. */
  | { readonly type: 'again'; readonly wait: number };

/** How often and how far apart a record is tried. */
export interface Patience {
  readonly attempts: number;
  readonly delay: number;
  readonly maximumDelay: number;
  readonly random: () => number;
}

/** For how long a partition waits when a service that its handler needs is down, in milliseconds. */
export const HOLD = { shortest: 1_000, longest: 30_000 } as const;
/** How often it waits for one record; then the fault may lie with that, and it is parked like any other. */
const MOST_HOLDS = 10;

/** What the resilience of a call says when the fault is not the event's. */
const busyCodes = ['CIRCUIT_OPEN', 'OVERLOADED', 'BULKHEAD_FULL', 'RATE_LIMITED'];

/**
 * Judges a failed attempt.
 *
 * @param attempts made so far, this one included
 * @param holds how often the partition has waited because of this record
 */
export function judge(error: unknown, attempts: number, holds: number, patience: Patience): Verdict {
  const held = holds < MOST_HOLDS ? holdFor(error) : undefined;
  if (held !== undefined) return { type: 'hold', milliseconds: held };
  if (error instanceof InvalidEventError) return { type: 'bury', reason: 'invalid' };
  if (isHopeless(error)) return { type: 'bury', reason: 'refused' };
  if (attempts >= patience.attempts) return { type: 'bury', reason: 'attempts' };
  const longest = Math.min(patience.maximumDelay, patience.delay * 2 ** (attempts - 1));
  return { type: 'again', wait: longest * (1 - patience.random() / 2) };
}

/** For how long everything should wait, when a service that the handler needs is known to be down or busy. */
function holdFor(error: unknown): number | undefined {
  if (!isBusy(error)) return undefined;
  const { retryAfter } = error as { retryAfter?: unknown };
  const asked = typeof retryAfter === 'number' ? retryAfter : HOLD.shortest;
  return Math.min(HOLD.longest, Math.max(HOLD.shortest, asked));
}

function isBusy(error: unknown): boolean {
  return busyCodes.some((code) => has(error, 'code', code));
}

/** Whether the handler says that no further attempt can succeed. That a service is busy says nothing of the event. */
function isHopeless(error: unknown): boolean {
  return has(error, 'code', 'EVENT_UNPROCESSABLE') || (has(error, 'retryable', false) && !isBusy(error));
}

function has(error: unknown, name: string, value: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as Record<string, unknown>)[name] === value;
}
