import type { IncomingRecord } from '../driver.ts';
import type { Delay } from './delay-headers.ts';
import { TimeHeap } from './time-heap.ts';

/**
 * A record that waits for another attempt, or behind one of its key that does. It is handled only when it was read
 * back from the delay topic: then it is certain that it is there.
 */
export interface Parked {
  readonly key: string;
  readonly origin: number;
  record: IncomingRecord;
  attempts: number;
  notBefore: number;
  /** Its offset in the delay topic, once it was read back. */
  delayOffset: number | undefined;
  isRunning: boolean;
}

/** The parked records of one partition, by key and in the order of their origin. */
export class ParkingLot {
  readonly #byOrigin = new Map<number, Parked>();
  readonly #byKey = new Map<string, Parked[]>();
  /** Those that have been at the front of their key, by their time; whether they still are is looked at in the end. */
  readonly #times = new TimeHeap<Parked>();

  get size(): number {
    return this.#byOrigin.size;
  }

  /** Whether records of this key have to wait. */
  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** Whether the record of this offset in its topic is parked. */
  holds(origin: number): boolean {
    return this.#byOrigin.has(origin);
  }

  /** Takes in a record that is about to be sent to the delay topic. */
  park(key: string, record: IncomingRecord, { origin, attempts, notBefore }: Delay): Parked {
    const parked = { key, origin, record, attempts, notBefore, delayOffset: undefined, isRunning: false };
    this.#byOrigin.set(origin, parked);
    const line = this.#byKey.get(key);
    if (!line) this.#byKey.set(key, [parked]);
    else {
      let index = line.length;
      while (index > 0 && (line[index - 1]?.origin ?? 0) > origin) index -= 1;
      line.splice(index, 0, parked);
    }
    return parked;
  }

  /**
   * Takes in what was read from the delay topic: sent by this member or one before it, or replayed. Gives the offsets
   * in the delay topic that are of no use any more.
   */
  readBack(key: string, record: IncomingRecord, delay: Delay): readonly number[] {
    const present = this.#byOrigin.get(delay.origin);
    const parked = present ?? this.park(key, record, delay);
    const { delayOffset: before, attempts } = parked;
    if (delay.attempts < attempts || (delay.attempts === attempts && before !== undefined))
      return [record.offset];
    parked.record = record;
    parked.attempts = delay.attempts;
    parked.notBefore = delay.notBefore;
    parked.delayOffset = record.offset;
    this.#announce(parked.key);
    return before === undefined ? [] : [before];
  }

  /** Lets a record go: the next of its key comes to the front. */
  remove(parked: Parked): void {
    this.#byOrigin.delete(parked.origin);
    const line = this.#byKey.get(parked.key);
    const index = line?.indexOf(parked) ?? -1;
    if (!line || index < 0) return;
    line.splice(index, 1);
    if (line.length === 0) this.#byKey.delete(parked.key);
    else this.#announce(parked.key);
  }

  /** Takes a record whose time has come; undefined when none has. It is running until it is read back or removed. */
  next(now: number): Parked | undefined {
    const first = this.#first();
    if (first === undefined || first.notBefore > now) return undefined;
    first.isRunning = true;
    this.#times.take();
    return first;
  }

  /** Puts a record back that was taken and not tried. */
  putBack(parked: Parked, notBefore: number): void {
    parked.isRunning = false;
    parked.notBefore = notBefore;
    this.#announce(parked.key);
  }

  /** When the next record's time comes; undefined when none waits for its time. */
  nextTime(): number | undefined {
    return this.#first()?.notBefore;
  }

  /** Notes the time of a key's first record, once it can be handled. */
  #announce(key: string): void {
    const first = this.#byKey.get(key)?.[0];
    if (first && isReady(first)) this.#times.add(first.notBefore, first);
  }

  #first(): Parked | undefined {
    for (let timed = this.#times.first(); timed; timed = this.#times.first()) {
      const { item, time } = timed;
      if (this.#byKey.get(item.key)?.[0] === item && isReady(item) && item.notBefore === time) return item;
      this.#times.take();
    }
    return undefined;
  }
}

function isReady(parked: Parked): boolean {
  return parked.delayOffset !== undefined && !parked.isRunning;
}
