import { type Clock, systemClock } from '../clock/index.ts';
import type { Context } from '../context/index.ts';

const BAGGAGE_KEY = 'retry';

/** How long a mark counts, in milliseconds. A request is over by then; a message that it left behind is not one. */
const VALID_FOR = 60_000;

/**
 * Marks what is sent from here as a retry: an entry of the baggage, which every transport carries, with the time in
 * epoch seconds. A service that is called with it does not retry in turn.
 */
export function withRetryMark(baggage: Context['baggage'], clock: Clock): Context['baggage'] {
  return { ...baggage, [BAGGAGE_KEY]: String(Math.floor(clock.wall() / 1000)) };
}

/**
 * Whether the work is done for a request that somebody further up has sent again. It holds for a minute, so that what
 * an event handler does long after the request is none.
 *
 * @example
 * ```ts
 * if (isRetry(currentContext())) logger.debug('a repeated request');
 * ```
 */
export function isRetry(context: Pick<Context, 'baggage'>, clock: Clock = systemClock): boolean {
  const mark = context.baggage[BAGGAGE_KEY];
  if (mark === undefined) return false;
  return Math.abs(clock.wall() - Number(mark) * 1000) <= VALID_FOR;
}

/**
 * The field of a response that says that sending the request again was tried already; see {@link markRetried}.
 *
 * @example
 * ```ts
 * if (wasRetried(error)) reply.header(retriedField, 'true');
 * ```
 */
export const retriedField = 'retry-exhausted';

const retried = new WeakSet<object>();

/**
 * Marks an error as the outcome of work that has been retried, or that the retry budget refused to retry. A `retry`
 * further out lets such an error pass, so that only the layer next to the fault sends again. Strategies mark by
 * themselves; a transport marks the error that it makes of a response with {@link retriedField}, and sets that field
 * when it answers with a marked error.
 *
 * @returns The same error.
 * @example
 * ```ts
 * if (response.headers.has(retriedField)) throw markRetried(error);
 * ```
 */
export function markRetried<Failure>(error: Failure): Failure {
  if (typeof error === 'object' && error !== null) retried.add(error);
  return error;
}

/** How far causes are followed; a longer chain, or one in a circle, is not worth it. */
const DEEPEST_CAUSE = 8;

/**
 * Whether an error, or one that caused it, was marked by {@link markRetried}.
 *
 * @example
 * ```ts
 * if (wasRetried(error)) reply.header(retriedField, 'true');
 * ```
 */
export function wasRetried(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < DEEPEST_CAUSE; depth++) {
    if (typeof current !== 'object' || current === null) return false;
    if (retried.has(current)) return true;
    current = 'cause' in current ? current.cause : undefined;
  }
  return false;
}
