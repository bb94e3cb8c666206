import type { TraceContext } from '../context/index.ts';

/** The last 56 bits of a trace id are random by W3C Trace Context level 2; 52 of them fit a number exactly. */
const DIGITS = 13;

/**
 * A number from 0 up to 1 that is the same for every service that takes part in a trace: what lies below a rate is
 * sampled, so a lower rate keeps a part of what a higher one does.
 */
export function sampledShare(trace: TraceContext | undefined, random: () => number): number {
  if (trace === undefined) return random();
  return Number.parseInt(trace.traceId.slice(-DIGITS), 16) / 16 ** DIGITS;
}
