import { type Clock, systemClock } from '../clock/index.ts';
import { comparePriority, type Context, type Priority } from '../context/index.ts';
import { type ConcurrencyLimit, concurrencyLimit } from '../resilience/concurrency-limit.ts';
import type { Permit } from '../resilience/limited-call.ts';
import { type EventLoop, EventLoopQueue } from './event-loop-queue.ts';

/**
 * How a server refuses requests that it would not answer in time.
 *
 * @example
 * const options: SheddingOptions = { wait: 20 };
 */
export interface SheddingOptions {
  /**
   * Milliseconds that a request of normal priority may have waited for the processor while overload lasts; half of it
   * for `low`, a quarter for `background`, twice for `high`, four times for `critical`. @default 50
   */
  readonly wait?: number;
  /** Milliseconds that it may have waited in a burst, and from which on a burst is overload. @default 500 */
  readonly burst?: number;
  /**
   * Lets in as many requests at a time as get done; the others wait a moment or are shed. `false` for as many as come.
   * @default a concurrency limit that finds itself
   */
  readonly limit?: ConcurrencyLimit | false;
}

/**
 * Why a request was shed: too little time was left, there was more work than gets done, or more important requests
 * had to be preferred.
 *
 * @example
 * const reasons: ShedReason[] = ['deadline', 'overload', 'priority'];
 */
export type ShedReason = 'deadline' | 'overload' | 'priority';

/** For how long less important requests stay out after a more important one had to be refused, in milliseconds. */
const PREFERENCE = 250;

/** So many requests a turn takes however long they take: a queue of few is none. */
const FEW = 5;

/** The part of the wait that a turn may take while connections wait to be accepted. */
const SHORT_TURN = 0.1;

const shares: Readonly<Record<Priority, number>> = {
  critical: 4,
  high: 2,
  normal: 1,
  low: 0.5,
  background: 0.25,
};

/**
 * Decides which requests are taken: by how long they have waited for the processor, which is where requests queue
 * that compute; by how many are at hand, which is where those queue that wait for something; and by the time that
 * each has left.
 */
export class Shedder {
  readonly wait: number;
  readonly burst: number;
  readonly limit: ConcurrencyLimit | undefined;
  readonly queue: EventLoopQueue;
  readonly #clock: Clock;
  /** Since when, and when last, a turn took longer than the wait that is granted under overload. */
  #behindSince = Number.NEGATIVE_INFINITY;
  #behindLast = Number.NEGATIVE_INFINITY;
  /** Requests taken in this turn. */
  #taken = 0;
  #preferred: Priority = 'background';
  #preferredUntil = Number.NEGATIVE_INFINITY;
  readonly #counts: Record<ShedReason, number> = { deadline: 0, overload: 0, priority: 0 };

  constructor(options: SheddingOptions = {}, clock: Clock = systemClock, loop?: EventLoop) {
    this.wait = options.wait ?? 50;
    this.burst = options.burst ?? 500;
    const violations: string[] = [];
    if (!(this.wait > 0)) violations.push(`shedding.wait is ${this.wait}: give it milliseconds above 0`);
    if (!(this.burst >= this.wait)) {
      violations.push(
        `shedding.burst is ${this.burst}: give it at least shedding.wait, which is ${this.wait}`,
      );
    }
    if (violations.length > 0) throw new TypeError(violations.join('\n'));
    if (options.limit !== false) this.limit = options.limit ?? concurrencyLimit({ name: 'http', clock });
    this.#clock = clock;
    this.queue = new EventLoopQueue(clock, (longestWait) => this.#turnEnded(longestWait), loop);
  }

  /**
   * Decides about a request.
   *
   * @param remaining Milliseconds that it has left.
   * @param fastest Milliseconds of the fastest recent answer of its route.
   * @param isFirst Whether it is the first of its connection.
   * @param now The clock's monotonic time.
   */
  decide(
    priority: Priority,
    remaining: number,
    fastest: number,
    isFirst: boolean,
    now = this.#clock.now(),
  ): ShedReason | undefined {
    if (remaining <= fastest) return this.#count('deadline');
    if (now < this.#preferredUntil && comparePriority(priority, this.#preferred) > 0) {
      return this.#count('priority');
    }
    const turn = this.queue.turn(now);
    const backlog = this.queue.backlog(now);
    // While connections wait, one is accepted a turn: turns have to be short.
    const shortened = !isFirst && backlog > this.wait ? SHORT_TURN : 1;
    const granted = (this.#isStanding(now) ? this.wait * shortened : this.burst) * shares[priority];
    const isFew = this.#taken < Math.max(1, FEW * shortened * shares[priority]);
    if ((turn <= granted || isFew) && (!isFirst || backlog <= granted)) {
      this.#taken += 1;
      return undefined;
    }
    this.#prefer(priority, now);
    return this.#count('overload');
  }

  /**
   * Takes a place among the requests at hand: a permit at once, or a promise of one.
   *
   * @throws whatever the limit refuses with, thrown or through the promise; `refused` counts it.
   */
  enter(context: Context): Permit | Promise<Permit> | undefined {
    return this.limit?.acquire(context);
  }

  /** Counts a request that the limit refused. */
  refused(): ShedReason {
    return this.#count('overload');
  }

  /** How many were shed, by reason. */
  get counts(): Readonly<Record<ShedReason, number>> {
    return { ...this.#counts };
  }

  /** Whether what began as a burst has lasted for longer than one. */
  #isStanding(now: number): boolean {
    return this.#isBehind(now) && now - this.#behindSince > this.burst;
  }

  #turnEnded(longestWait: number): void {
    this.#taken = 0;
    if (longestWait <= this.wait) return;
    const now = this.#clock.now();
    if (!this.#isBehind(now)) this.#behindSince = now - longestWait;
    this.#behindLast = now;
  }

  /** Overload is over when for the length of a burst no turn was long. */
  #isBehind(now: number): boolean {
    return now - this.#behindLast <= this.burst;
  }

  /** Keeps less important requests out for a moment, because one of this priority had to be refused. */
  #prefer(priority: Priority, now: number): void {
    if (now >= this.#preferredUntil || comparePriority(priority, this.#preferred) <= 0) {
      this.#preferred = priority;
      this.#preferredUntil = now + PREFERENCE;
    }
  }

  #count(reason: ShedReason): ShedReason {
    this.#counts[reason] += 1;
    return reason;
  }
}
