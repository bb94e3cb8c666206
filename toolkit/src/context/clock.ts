/**
 * The time a module runs on. Everything in the toolkit that waits or measures takes one, so that a test can
 * replace it by a virtual clock.
 *
 * @example
 * const frozen: Clock = { now: () => 1_700_000_000_000, schedule: () => () => {} };
 */
export interface Clock {
  /** Wall-clock time in epoch milliseconds. */
  now(): number;
  /**
   * Calls back once after that many milliseconds and returns a function that cancels it. It does not keep the
   * process alive.
   */
  schedule(callback: () => void, milliseconds: number): () => void;
}

/**
 * The clock of the machine: `Date.now()` and unreferenced timers.
 *
 * @example
 * const cancel = systemClock.schedule(() => console.log('later'), 1_000);
 * cancel();
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(callback, milliseconds) {
    const timer = setTimeout(callback, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
