import type { Deadline } from './deadline-queue.ts';

/** Who waits for a place. */
export interface Waiter extends Deadline {
  /** Which of the lists it waits in: 0 goes first. */
  readonly rank: number;
  /** Neighbours in the list. Belong to the list. */
  before: Waiter | undefined;
  after: Waiter | undefined;
  isWaiting: boolean;
  /** When it came, on the clock. */
  arrived: number;
  /** It has to wait. */
  queued(): void;
  /** Its wait is over: it has a place. */
  proceed(now: number): void;
  /** Its wait is over, for nothing. */
  turnAway(error: unknown): void;
}

/** Waiters in the order of their ranks, within a rank in the order in which they came. */
export class WaitList {
  size = 0;
  readonly #first: (Waiter | undefined)[];
  readonly #last: (Waiter | undefined)[];
  readonly #sizes: number[];

  constructor(ranks: number) {
    this.#first = new Array(ranks).fill(undefined);
    this.#last = new Array(ranks).fill(undefined);
    this.#sizes = new Array(ranks).fill(0);
  }

  /** How many go before a newcomer of that rank. */
  ahead(rank: number): number {
    let count = 0;
    for (let other = 0; other <= rank; other++) count += this.#sizes[other] ?? 0;
    return count;
  }

  push(waiter: Waiter): void {
    const { rank } = waiter;
    const last = this.#last[rank];
    waiter.before = last;
    waiter.after = undefined;
    waiter.isWaiting = true;
    if (last === undefined) this.#first[rank] = waiter;
    else last.after = waiter;
    this.#last[rank] = waiter;
    this.#count(rank, 1);
  }

  remove(waiter: Waiter): void {
    if (!waiter.isWaiting) return;
    const { rank, before, after } = waiter;
    if (before === undefined) this.#first[rank] = after;
    else before.after = after;
    if (after === undefined) this.#last[rank] = before;
    else after.before = before;
    waiter.before = undefined;
    waiter.after = undefined;
    waiter.isWaiting = false;
    this.#count(rank, -1);
  }

  /** Takes out whose turn it is. */
  shift(): Waiter | undefined {
    if (this.size === 0) return undefined;
    const waiter = this.#first.find((first) => first !== undefined);
    if (waiter !== undefined) this.remove(waiter);
    return waiter;
  }

  #count(rank: number, change: number): void {
    this.size += change;
    this.#sizes[rank] = (this.#sizes[rank] ?? 0) + change;
  }
}
