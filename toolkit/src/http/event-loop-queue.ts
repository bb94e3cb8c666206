import { performance } from 'node:perf_hooks';
import type { Clock } from '../clock/index.ts';

/** What {@link EventLoopQueue} learns of the event loop; for tests. */
export interface EventLoop {
  /** Calls back when the present turn is over. */
  atEnd(callback: () => void): void;
  /** Milliseconds for which it has had nothing to do since the process began. */
  idleTime(): number;
}

const nodeEventLoop: EventLoop = {
  atEnd: (callback) => void setImmediate(callback),
  idleTime: () => performance.nodeTiming.idleTime,
};

/**
 * How long requests have waited before they were reached: the queue of an overloaded process, which no count of open
 * requests shows, because requests that only compute are never open at the same time.
 *
 * It stands in two places. A turn of the event loop takes up everything that was ready when it began, so what it
 * reaches late has waited for as long. And Node accepts one connection a turn, so while connections come turn after
 * turn and the loop is never idle, they may have waited since that began.
 */
export class EventLoopQueue {
  readonly #clock: Clock;
  readonly #loop: EventLoop;
  readonly #turnEnded: (longestWait: number) => void;
  #turnBegan: number | undefined;
  #longestWait = 0;
  /** Since when connections have been coming without a pause. */
  #acceptingSince = 0;
  #idleBefore = 0;
  #accepted: 'now' | 'last turn' | undefined;
  readonly #end = (): void => {
    const now = this.#clock.now();
    const longest = Math.max(this.#longestWait, now - (this.#turnBegan ?? now));
    this.#turnBegan = undefined;
    this.#longestWait = 0;
    this.#accepted = this.#accepted === 'now' ? 'last turn' : undefined;
    this.#turnEnded(longest);
  };

  /** @param turnEnded Told after every turn with requests how long one of them may have waited. */
  constructor(clock: Clock, turnEnded: (longestWait: number) => void, loop: EventLoop = nodeEventLoop) {
    this.#clock = clock;
    this.#turnEnded = turnEnded;
    this.#loop = loop;
  }

  /** Milliseconds since this turn reached its first request: so long has one that is reached now waited, at least. */
  turn(now = this.#clock.now()): number {
    if (this.#turnBegan === undefined) {
      this.#turnBegan = now;
      this.#loop.atEnd(this.#end);
      return 0;
    }
    return now - this.#turnBegan;
  }

  /** A connection was accepted. */
  connected(): void {
    this.turn();
    if (this.#accepted !== 'now') {
      const idle = this.#loop.idleTime();
      if (this.#accepted === undefined || idle !== this.#idleBefore) this.#acceptingSince = this.#clock.now();
      this.#idleBefore = idle;
    }
    this.#accepted = 'now';
  }

  /** Milliseconds for which the first request of a connection may have waited to be accepted. */
  backlog(now = this.#clock.now()): number {
    const wait = this.#accepted === undefined ? 0 : now - this.#acceptingSince;
    if (wait > this.#longestWait) this.#longestWait = wait;
    return wait;
  }
}
