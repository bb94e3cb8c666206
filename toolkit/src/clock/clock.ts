/**
 * What a clock hands out for a timer; only good for handing back to the same clock.
 *
 * @example
 * ```ts
 * const timer: Timer = clock.setTimeout(refresh, 60_000);
 * timer.unref();
 * ```
 */
export interface Timer {
  /** Lets the process end while the timer is pending. */
  unref(): unknown;
  /** Keeps the process alive while the timer is pending; the default. */
  ref(): unknown;
}

/**
 * Time as the toolkit sees it. Everything that waits or measures takes a clock, so that a test can move time by
 * hand; production code leaves the default, `systemClock`.
 *
 * @example
 * ```ts
 * import { type Clock, systemClock } from '@ninefold/toolkit/clock';
 *
 * async function poll(check: () => boolean, clock: Clock = systemClock) {
 *   while (!check()) await clock.sleep(100);
 * }
 * ```
 */
export interface Clock {
  /** Monotonic milliseconds (with fractions) from an arbitrary origin; never jumps back. For durations. */
  now(): number;
  /** Milliseconds since the Unix epoch; may jump when the machine's time is set. For timestamps. */
  wall(): number;
  /** Calls back once, `milliseconds` from now at the earliest. Below zero counts as zero. */
  setTimeout(callback: () => void, milliseconds: number): Timer;
  /** Forgets a timer; a timer that has fired, or `undefined`, is ignored. */
  clearTimeout(timer: Timer | undefined): void;
  /**
   * Resolves after `milliseconds`. Clears its timer and rejects with `signal.reason` as soon as the signal aborts,
   * also when it was aborted before.
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/**
 * `sleep` in terms of a clock's timers, for those who write a clock of their own.
 *
 * @throws `signal.reason` when the signal aborts.
 * @example
 * ```ts
 * const clock: Clock = { ...parts, sleep: (milliseconds, signal) => sleepOn(clock, milliseconds, signal) };
 * ```
 */
export function sleepOn(
  clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>,
  milliseconds: number,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      clock.clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = clock.setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
