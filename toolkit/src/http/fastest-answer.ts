/** How long a measurement counts, at least; at most twice as long. */
const WINDOW = 10_000;
/** So many answers make a measurement. */
const ENOUGH = 10;

/**
 * The fastest of a route's recent answers: a request with less time left can't be answered in time, unless it would
 * be the fastest of all.
 */
export class FastestAnswer {
  #current = Number.POSITIVE_INFINITY;
  #previous = Number.POSITIVE_INFINITY;
  #count = 0;
  #turnsAt = Number.NEGATIVE_INFINITY;

  /** Takes in the duration of an answer that was worked for, in milliseconds. */
  record(duration: number, now: number): void {
    this.#turn(now);
    this.#count += 1;
    if (duration < this.#current) this.#current = duration;
  }

  /** Milliseconds; 0 while too little is known. */
  value(now: number): number {
    this.#turn(now);
    const fastest = Math.min(this.#current, this.#previous);
    return Number.isFinite(fastest) && (this.#count >= ENOUGH || Number.isFinite(this.#previous))
      ? fastest
      : 0;
  }

  #turn(now: number): void {
    if (now < this.#turnsAt) return;
    const isRecent = now < this.#turnsAt + WINDOW;
    this.#previous = isRecent && this.#count >= ENOUGH ? this.#current : Number.POSITIVE_INFINITY;
    this.#current = Number.POSITIVE_INFINITY;
    this.#count = 0;
    this.#turnsAt = now + WINDOW;
  }
}
