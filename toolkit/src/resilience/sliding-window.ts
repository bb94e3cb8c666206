const BUCKETS = 10;

/** What happened in the last so many milliseconds, in steps of a tenth of that. */
export class SlidingWindow {
  calls = 0;
  failures = 0;
  slowCalls = 0;
  readonly #step: number;
  #current = 0;
  #currentEnds = Number.NEGATIVE_INFINITY;
  readonly #calls = new Float64Array(BUCKETS);
  readonly #failures = new Float64Array(BUCKETS);
  readonly #slowCalls = new Float64Array(BUCKETS);

  /** `length` in milliseconds. */
  constructor(length: number) {
    this.#step = length / BUCKETS;
  }

  record(now: number, failed: boolean, slow: boolean): void {
    if (now >= this.#currentEnds) this.forget(now);
    const bucket = this.#current % BUCKETS;
    this.#add(this.#calls, bucket);
    this.calls++;
    if (failed) {
      this.#add(this.#failures, bucket);
      this.failures++;
    }
    if (slow) {
      this.#add(this.#slowCalls, bucket);
      this.slowCalls++;
    }
  }

  /** Drops what has left the window. */
  forget(now: number): void {
    const current = Math.floor(now / this.#step);
    const passed = Math.min(current - this.#current, BUCKETS);
    for (let bucket = 1; bucket <= passed; bucket++) this.#drop((current - passed + bucket) % BUCKETS);
    this.#current = current;
    this.#currentEnds = (current + 1) * this.#step;
  }

  clear(): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) this.#drop(bucket);
  }

  #add(counts: Float64Array, bucket: number): void {
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }

  #drop(bucket: number): void {
    this.calls -= this.#calls[bucket] ?? 0;
    this.failures -= this.#failures[bucket] ?? 0;
    this.slowCalls -= this.#slowCalls[bucket] ?? 0;
    this.#calls[bucket] = 0;
    this.#failures[bucket] = 0;
    this.#slowCalls[bucket] = 0;
  }
}
