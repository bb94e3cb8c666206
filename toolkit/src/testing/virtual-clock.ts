import { type Clock, sleepOn, type Timer } from '../clock/index.ts';

/**
 * Where a virtual clock starts.
 *
 * @example
 * ```ts
 * const options: VirtualClockOptions = { wall: Date.parse('2026-12-24T18:00:00Z') };
 * ```
 */
export interface VirtualClockOptions {
  /** Wall time at the start, in milliseconds since the Unix epoch. @default 1767225600000 (2026-01-01T00:00:00Z) */
  wall?: number;
  /** Monotonic time at the start, in milliseconds. @default 0 */
  now?: number;
}

interface VirtualTimer extends Timer {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until a test moves it. Timers fire in the order of their due times, those due together
 * in the order of their creation, and after each one everything that promises set off runs to its end before the
 * next: the same program gives the same history every time, in microseconds of real time.
 *
 * Promise callbacks, `process.nextTick` and `setImmediate` are let run between timers; real input and output
 * (sockets, files) is not waited for.
 *
 * @example
 * ```ts
 * const clock = new VirtualClock();
 * const answer = timeout({ after: 100, clock }).execute(() => new Promise(() => {}));
 * const rejected = assert.rejects(answer, TimeoutError);
 * await clock.advance(100);
 * await rejected;
 * assert.equal(clock.pending, 0);
 * ```
 */
export class VirtualClock implements Clock {
  #now: number;
  readonly #wallOffset: number;
  #created = 0;
  /** A binary heap by due time, then by order of creation. */
  readonly #heap: VirtualTimer[] = [];
  readonly #live = new Set<VirtualTimer>();

  constructor(options: VirtualClockOptions = {}) {
    this.#now = options.now ?? 0;
    this.#wallOffset = (options.wall ?? Date.UTC(2026, 0, 1)) - this.#now;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#now + this.#wallOffset;
  }

  /** How many timers are waiting: 0 at the end of a test that leaked none. */
  get pending(): number {
    return this.#live.size;
  }

  /** The monotonic time at which the next timer is due, or `undefined` when none waits. */
  get nextDue(): number | undefined {
    return this.#peek()?.due;
  }

  setTimeout(callback: () => void, milliseconds: number): Timer {
    const timer: VirtualTimer = {
      due: this.#now + Math.max(milliseconds, 0),
      order: this.#created++,
      callback,
      ref: () => timer,
      unref: () => timer,
    };
    this.#live.add(timer);
    this.#push(timer);
    return timer;
  }

  clearTimeout(timer: Timer | undefined): void {
    this.#live.delete(timer as VirtualTimer);
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, milliseconds, signal);
  }

  /**
   * Moves time forward by `milliseconds`, firing what falls due on the way, also timers that were set on the way.
   *
   * @throws What a timer's callback throws; time then stands at that timer.
   */
  async advance(milliseconds: number): Promise<void> {
    await this.advanceTo(this.#now + milliseconds);
  }

  /** Moves time forward to a monotonic time; a time in the past only settles what is due. */
  async advanceTo(time: number): Promise<void> {
    await this.settle();
    for (let timer = this.#peek(); timer !== undefined && timer.due <= time; timer = this.#peek()) {
      await this.#fire(timer);
    }
    this.#now = Math.max(this.#now, time);
  }

  /**
   * Fires timers until none is left, however far that moves time.
   *
   * @param limit The most timers to fire, a guard against a loop that always sets another. @default 1000000
   * @throws RangeError when the limit is reached.
   */
  async runAll(limit = 1_000_000): Promise<void> {
    await this.settle();
    let fired = 0;
    for (let timer = this.#peek(); timer !== undefined; timer = this.#peek()) {
      if (fired++ === limit) {
        throw new RangeError(
          `the virtual clock fired ${limit} timers and ${this.pending} are still waiting: something sets timers ` +
            'for ever; stop it first, or use advance()',
        );
      }
      await this.#fire(timer);
    }
  }

  /** Lets everything that is ready run, without moving time. */
  async settle(): Promise<void> {
    // An immediate runs after the queues of promises and ticks are empty, however long their chains are.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  async #fire(timer: VirtualTimer): Promise<void> {
    this.#pop();
    this.#live.delete(timer);
    this.#now = Math.max(this.#now, timer.due);
    timer.callback();
    await this.settle();
  }

  /** The next live timer; cleared ones are dropped when they come to the top. */
  #peek(): VirtualTimer | undefined {
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined || this.#live.has(top)) return top;
      this.#pop();
    }
  }

  #push(timer: VirtualTimer): void {
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(timer, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      let below = heap[child];
      const right = heap[child + 1];
      if (below !== undefined && right !== undefined && isBefore(right, below)) {
        child++;
        below = right;
      }
      if (below === undefined || !isBefore(below, last)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(one: VirtualTimer, other: VirtualTimer): boolean {
  return one.due < other.due || (one.due === other.due && one.order < other.order);
}
