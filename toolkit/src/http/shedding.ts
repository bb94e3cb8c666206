import { type Clock, systemClock } from '../clock/index.ts';
import { comparePriority, type Priority } from '../context/index.ts';
import { EventLoopTurn } from './event-loop-turn.ts';

/**
 * How a server refuses requests that it would not answer in time.
 *
 * @example
 * const options: SheddingOptions = { turnBudget: 20 };
 */
export interface SheddingOptions {
  /**
   * Milliseconds that one turn of the event loop may spend on requests of normal priority; those it reaches later have
   * waited for that long already and are shed. Half of it for `low`, a quarter for `background`, twice for `high`,
   * four times for `critical`. The first request of a turn is always taken. @default 50
   */
  readonly turnBudget?: number;
}

/** Why a request was shed; none when it was taken. */
export type ShedReason = 'deadline' | 'overload' | 'priority';

/** For how long less important requests stay out after a more important one had to be refused, in milliseconds. */
const PREFERENCE = 250;

const shares: Readonly<Record<Priority, number>> = {
  critical: 4,
  high: 2,
  normal: 1,
  low: 0.5,
  background: 0.25,
};

/** Decides which requests are taken, by the time the event loop is behind, by priority, and by the time left. */
export class Shedder {
  readonly turnBudget: number;
  readonly #clock: Clock;
  readonly #turn: EventLoopTurn;
  #preferred: Priority = 'background';
  #preferredUntil = Number.NEGATIVE_INFINITY;
  readonly #shed: Record<ShedReason, number> = { deadline: 0, overload: 0, priority: 0 };

  constructor(
    options: SheddingOptions = {},
    clock: Clock = systemClock,
    turn: EventLoopTurn = new EventLoopTurn(clock),
  ) {
    this.turnBudget = options.turnBudget ?? 50;
    if (!(this.turnBudget > 0)) {
      throw new TypeError(`shedding.turnBudget is ${this.turnBudget}: give it milliseconds above 0`);
    }
    this.#clock = clock;
    this.#turn = turn;
  }

  /** Milliseconds for which a request that is reached now has waited, at least. */
  waited(): number {
    return this.#turn.elapsed();
  }

  /** Decides about a request with so much time left, on a route whose fastest answer took that long. */
  decide(priority: Priority, remaining: number, fastest: number): ShedReason | undefined {
    if (remaining <= fastest) return this.#count('deadline');
    const now = this.#clock.now();
    if (now < this.#preferredUntil && comparePriority(priority, this.#preferred) > 0) {
      return this.#count('priority');
    }
    if (this.#turn.elapsed() <= this.turnBudget * shares[priority]) return undefined;
    this.refused(priority);
    return this.#count('overload');
  }

  /** Keeps less important requests out for a moment, because one of this priority had to be refused. */
  refused(priority: Priority): void {
    const now = this.#clock.now();
    if (now >= this.#preferredUntil || comparePriority(priority, this.#preferred) < 0) {
      this.#preferred = priority;
      this.#preferredUntil = now + PREFERENCE;
    } else if (priority === this.#preferred) this.#preferredUntil = now + PREFERENCE;
  }

  /** How many were shed, by reason. */
  get counts(): Readonly<Record<ShedReason, number>> {
    return { ...this.#shed };
  }

  #count(reason: ShedReason): ShedReason {
    this.#shed[reason] += 1;
    return reason;
  }
}
