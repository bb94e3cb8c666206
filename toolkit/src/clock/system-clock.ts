import { type Clock, sleepOn, type Timer } from './clock.ts';

/** The longest delay that a Node timer holds (2^31 - 1 ms, 24.8 days); Node fires at once on anything longer. */
const LONGEST_DELAY = 2_147_483_647;

class SystemClock implements Clock {
  now(): number {
    return performance.now();
  }

  wall(): number {
    return Date.now();
  }

  setTimeout(callback: () => void, milliseconds: number): Timer {
    return setTimeout(callback, Math.min(Math.max(milliseconds, 0), LONGEST_DELAY));
  }

  clearTimeout(timer: Timer | undefined): void {
    clearTimeout(timer as NodeJS.Timeout | undefined);
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, milliseconds, signal);
  }
}

/**
 * The machine's own time: `performance.now()`, `Date.now()` and Node's timers. A delay above 24.8 days is cut to
 * 24.8 days.
 *
 * @example
 * ```ts
 * const started = systemClock.now();
 * await systemClock.sleep(50);
 * console.log(`${systemClock.now() - started} ms`);
 * ```
 */
export const systemClock: Clock = new SystemClock();
