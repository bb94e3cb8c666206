import type { IncomingRecord } from '../driver.ts';

/** A record and the key by which it is kept in order. */
export interface Keyed {
  readonly key: string;
  readonly record: IncomingRecord;
}

/** Records of a partition that wait for their turn, each key in a line of its own. */
export class KeyLines {
  /** The first of each key that is not at work, in the order they came. */
  #ready: Keyed[] = [];
  /** Keys that are ready or at work, with what waits behind. */
  readonly #lines = new Map<string, Keyed[]>();

  /** Whether a record of this key waits or is at work. */
  has(key: string): boolean {
    return this.#lines.has(key);
  }

  /** Puts a record at the end of its key's line. */
  add(keyed: Keyed): void {
    const line = this.#lines.get(keyed.key);
    if (line) line.push(keyed);
    else {
      this.#lines.set(keyed.key, []);
      this.#ready.push(keyed);
    }
  }

  /** Takes a record whose key is not at work; that key is at work then. */
  next(): Keyed | undefined {
    return this.#ready.shift();
  }

  /** The record at work could not be tried: it is the next again. */
  putBack(keyed: Keyed): void {
    this.#ready.unshift(keyed);
  }

  /** The record at work is over: the next of its key may come. */
  advance(key: string): void {
    const next = this.#lines.get(key)?.shift();
    if (next) this.#ready.push(next);
    else this.#lines.delete(key);
  }

  /** The record at work is over, and its key has no line any more: gives what waited behind. */
  dissolve(key: string): readonly Keyed[] {
    const behind = this.#lines.get(key) ?? [];
    this.#lines.delete(key);
    return behind;
  }

  /** Takes out all, while none is at work, each key in order. */
  takeAll(): readonly Keyed[] {
    const all = this.#ready.flatMap((first) => [first, ...(this.#lines.get(first.key) ?? [])]);
    this.clear();
    this.#lines.clear();
    return all;
  }

  /** Forgets what is not at work. */
  clear(): void {
    this.#ready = [];
  }
}
