interface Tracked {
  readonly offset: number;
  isDone: boolean;
}

/**
 * Which records of a partition are done, whatever the order in which they end: what may be committed is all that is
 * done without a gap.
 */
export class OffsetTracker {
  readonly #open: Tracked[] = [];
  readonly #byOffset = new Map<number, Tracked>();
  /** How many at the front of `#open` are past; they go all at once, for taking one away costs as much. */
  #past = 0;
  #committable: number | undefined;
  #committed: number | undefined;

  /** A record was received; offsets only grow. */
  begin(offset: number): void {
    const tracked = { offset, isDone: false };
    this.#open.push(tracked);
    this.#byOffset.set(offset, tracked);
  }

  /** A record is done; one that is unknown is left alone. */
  done(offset: number): void {
    const tracked = this.#byOffset.get(offset);
    if (!tracked) return;
    tracked.isDone = true;
    this.#byOffset.delete(offset);
    for (let first = this.#open[this.#past]; first?.isDone; first = this.#open[this.#past]) {
      this.#committable = first.offset + 1;
      this.#past += 1;
    }
    if (this.#past > 1_000 || this.#past === this.#open.length) {
      this.#open.splice(0, this.#past);
      this.#past = 0;
    }
  }

  /** How many were received and are not done. */
  get pending(): number {
    return this.#byOffset.size;
  }

  /** The offset to be committed; undefined when there is nothing new. */
  get due(): number | undefined {
    return this.#committable === this.#committed ? undefined : this.#committable;
  }

  committed(offset: number): void {
    if (this.#committed === undefined || offset > this.#committed) this.#committed = offset;
  }
}
