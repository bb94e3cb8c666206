import type { Clock } from '../clock/index.ts';
import { DeadlineExceeded } from './deadline.ts';

/** The longest delay that Node's timers hold; a longer one fires at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** A signal that follows others and a deadline, with the means to let go of both. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  /** Clears the timer and forgets the sources; the signal then aborts no more. */
  release(): void;
}

/** A signal aborted by the first of its sources, or at the deadline with {@link DeadlineExceeded}. */
export function linkSignal(
  sources: readonly AbortSignal[],
  deadline: number | undefined,
  clock: Clock,
): LinkedSignal {
  const controller = new AbortController();
  let cancelTimer = () => {};

  const release = () => {
    cancelTimer();
    cancelTimer = () => {};
    for (const source of sources) source.removeEventListener('abort', follow);
  };
  const abort = (reason: unknown) => {
    release();
    controller.abort(reason);
  };
  function follow(this: AbortSignal) {
    abort(this.reason);
  }
  const watchDeadline = (instant: number) => {
    const left = instant - clock.wall();
    // A timer may fire a little early by the wall clock: look again instead of aborting before the time.
    if (left <= 0) abort(new DeadlineExceeded(instant));
    else {
      const timer = clock.setTimeout(() => watchDeadline(instant), Math.min(Math.ceil(left), LONGEST_TIMER));
      timer.unref();
      cancelTimer = () => clock.clearTimeout(timer);
    }
  };

  const aborted = sources.find((source) => source.aborted);
  if (aborted) {
    abort(aborted.reason);
    return { signal: controller.signal, release };
  }
  for (const source of sources) source.addEventListener('abort', follow);
  if (deadline !== undefined) watchDeadline(deadline);
  return { signal: controller.signal, release };
}
