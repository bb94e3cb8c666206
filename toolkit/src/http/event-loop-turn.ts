import type { Clock } from '../clock/index.ts';

/**
 * How long the event loop has been at its present turn.
 *
 * A turn takes up everything that was ready when it began, so a request that is reached late in a turn has waited for
 * at least that long: the queue of an overloaded process, which no count of open requests shows, because requests
 * that only compute are never open at the same time.
 */
export class EventLoopTurn {
  readonly #clock: Clock;
  readonly #atEnd: (callback: () => void) => void;
  #began: number | undefined;
  readonly #end = (): void => {
    this.#began = undefined;
  };

  /** @param atEnd Calls back when the present turn is over; for tests. */
  constructor(clock: Clock, atEnd: (callback: () => void) => void = setImmediate) {
    this.#clock = clock;
    this.#atEnd = atEnd;
  }

  /** Milliseconds since this was first asked in the present turn. */
  elapsed(): number {
    const now = this.#clock.now();
    if (this.#began === undefined) {
      this.#began = now;
      this.#atEnd(this.#end);
      return 0;
    }
    return now - this.#began;
  }
}
