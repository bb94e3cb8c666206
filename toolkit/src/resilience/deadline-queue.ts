import type { Clock, Timer } from '../clock/index.ts';

/** Something that is told when its time has come. */
export interface Deadline {
  /** The clock's monotonic time at which it expires. */
  expiry: number;
  /** Its place in the queue, -1 while it is in none. Belongs to the queue. */
  position: number;
  expired(): void;
}

/**
 * How long a timer is left armed in milliseconds. It is not disarmed when the last deadline leaves, so this bounds
 * how long an idle process is kept alive, and how often a busy one looks at its deadlines.
 */
const LONGEST_WAIT = 250;

/**
 * All deadlines of one clock behind a single timer. Adding and removing costs an array slot, where a timer of its
 * own costs 230 ns: nearly every call ends before its deadline, so nearly every such timer is for nothing.
 */
export class DeadlineQueue {
  readonly #clock: Clock;
  /** A binary heap by expiry. */
  readonly #heap: Deadline[] = [];
  #timer: Timer | undefined;
  #wakesAt = 0;
  readonly #wake = (): void => this.#fire();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `now` saves reading the clock again. */
  add(deadline: Deadline, now: number): void {
    this.#up(deadline, this.#heap.length);
    if (this.#timer === undefined) this.#arm(now);
    else if (deadline.expiry < this.#wakesAt) {
      this.#clock.clearTimeout(this.#timer);
      this.#arm(now);
    }
  }

  remove(deadline: Deadline): void {
    const position = deadline.position;
    if (position < 0) return;
    deadline.position = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === deadline) return;
    const parent = this.#heap[(position - 1) >> 1];
    if (position > 0 && parent !== undefined && last.expiry < parent.expiry) this.#up(last, position);
    else this.#down(last, position);
  }

  #arm(now: number): void {
    const next = this.#heap[0];
    if (next === undefined) {
      this.#timer = undefined;
      return;
    }
    const wait = Math.min(Math.max(next.expiry - now, 0), LONGEST_WAIT);
    this.#wakesAt = now + wait;
    this.#timer = this.#clock.setTimeout(this.#wake, wait);
  }

  #fire(): void {
    // While callbacks run the timer counts as armed for the past: what they add does not arm another.
    this.#wakesAt = Number.NEGATIVE_INFINITY;
    try {
      const now = this.#clock.now();
      for (let next = this.#heap[0]; next !== undefined && next.expiry <= now; next = this.#heap[0]) {
        this.remove(next);
        next.expired();
      }
    } finally {
      this.#arm(this.#clock.now());
    }
  }

  #up(deadline: Deadline, start: number): void {
    const heap = this.#heap;
    let position = start;
    while (position > 0) {
      const above = heap[(position - 1) >> 1];
      if (above === undefined || above.expiry <= deadline.expiry) break;
      heap[position] = above;
      above.position = position;
      position = (position - 1) >> 1;
    }
    heap[position] = deadline;
    deadline.position = position;
  }

  #down(deadline: Deadline, start: number): void {
    const heap = this.#heap;
    let position = start;
    for (;;) {
      let child = 2 * position + 1;
      let below = heap[child];
      const right = heap[child + 1];
      if (below !== undefined && right !== undefined && right.expiry < below.expiry) {
        child++;
        below = right;
      }
      if (below === undefined || below.expiry >= deadline.expiry) break;
      heap[position] = below;
      below.position = position;
      position = child;
    }
    heap[position] = deadline;
    deadline.position = position;
  }
}

const queues = new WeakMap<Clock, DeadlineQueue>();

/** The queue that everything on one clock shares. */
export function deadlineQueueOf(clock: Clock): DeadlineQueue {
  let queue = queues.get(clock);
  if (queue === undefined) {
    queue = new DeadlineQueue(clock);
    queues.set(clock, queue);
  }
  return queue;
}
