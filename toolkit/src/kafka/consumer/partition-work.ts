import type { Clock, Timer } from '../../clock/index.ts';
import type { IncomingRecord, TopicPartition } from '../driver.ts';
import { type Delay, readDelay, withoutDelay } from './delay-headers.ts';
import { type Keyed, KeyLines } from './key-lines.ts';
import { OffsetTracker } from './offset-tracker.ts';
import { type Parked, ParkingLot } from './parking-lot.ts';

/** What came of one attempt. */
export type Outcome =
  /** It is over: handled, known already, or in the dead letters. */
  | { readonly type: 'done' }
  /** It failed and is tried again. */
  | { readonly type: 'again'; readonly notBefore: number }
  /** It could not be tried at all: everything waits. */
  | { readonly type: 'hold'; readonly milliseconds: number };

/** What came of sending a record to the delay topic. */
export type Delayed =
  | 'sent'
  /** It does not fit in there, and is in the dead letters instead. */
  | 'buried'
  /** The work is not this member's any more. */
  | 'not-ours';

/** What a partition's work asks of the consumer it belongs to. */
export interface Workplace {
  readonly clock: Clock;
  /** Keys of one partition that are worked on side by side. */
  readonly concurrency: number;
  /** Records that wait, from which on no more are taken for now. */
  readonly highWater: number;
  readonly maximumParked: number;
  /** Tries to handle a record; never rejects. `attempts` counts those before. */
  attempt(record: IncomingRecord, attempts: number): Promise<Outcome>;
  /** Sends a record to the delay topic, however long that takes. */
  sendToDelay(record: IncomingRecord, parked: Parked, work: PartitionWork): Promise<Delayed>;
  /** A record had to get in line behind a parked one. */
  queued(record: IncomingRecord): void;
  pause(place: TopicPartition): void;
  resume(place: TopicPartition): void;
  /** There may be something to commit. */
  progressed(): void;
}

/**
 * The work of one partition: hands its records to the handler, keeps the order of each key, parks what fails so that
 * other keys go on, and knows what may be committed.
 */
export class PartitionWork {
  readonly place: TopicPartition;
  readonly delayPlace: TopicPartition;
  readonly offsets = new OffsetTracker();
  readonly delayOffsets = new OffsetTracker();
  readonly lot = new ParkingLot();
  readonly #workplace: Workplace;
  readonly #lines = new KeyLines();
  /** What was replayed of keys at work: it is let in right after that. */
  readonly #early = new Map<string, (() => void)[]>();
  #running = 0;
  #sending = 0;
  #isOpen = false;
  #isPaused = false;
  #isStopped = false;
  #heldUntil = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  /** The delay topic is read as far as this before anything is handled; it may be before anybody knows how far. */
  #readBackTo: number | undefined;
  #readBack = 0;
  #isOpening = false;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(place: TopicPartition, delayPlace: TopicPartition, workplace: Workplace) {
    this.place = place;
    this.delayPlace = delayPlace;
    this.#workplace = workplace;
  }

  /** Says how far the delay topic has to be read, so that all parked keys are known; then the work begins. */
  openAt(delayOffset: number | undefined): void {
    this.#readBackTo = delayOffset;
    this.#openWhenReadBack();
  }

  received(records: readonly IncomingRecord[]): void {
    if (this.#isStopped) return;
    for (const record of records) {
      this.offsets.begin(record.offset);
      this.#line({ key: this.#keyOf(record), record });
    }
    this.#regulate();
    this.#pump();
  }

  receivedDelayed(records: readonly IncomingRecord[]): void {
    if (this.#isStopped) return;
    for (const record of records) {
      this.delayOffsets.begin(record.offset);
      const delay = readDelay(record);
      if (!delay) {
        // Somebody else's: nothing that could be tried again.
        this.delayOffsets.done(record.offset);
        continue;
      }
      const { topic, partition } = this.place;
      const original = { ...record, topic, partition, headers: withoutDelay(record.headers) };
      const key = record.key === undefined ? this.#ownKey(delay.origin) : keyText(record.key);
      const letIn = () => this.#letIn(key, original, delay);
      if (!this.#isOpen || !this.#lines.has(key)) letIn();
      else this.#early.set(key, [...(this.#early.get(key) ?? []), letIn]);
    }
    this.#readBack = (records.at(-1)?.offset ?? -1) + 1;
    if (this.#isOpening) this.#openWhenReadBack();
    this.#workplace.progressed();
    this.#pump();
  }

  /** Begins nothing more; what runs, runs on. */
  stop(): void {
    this.#isStopped = true;
    this.#workplace.clock.clearTimeout(this.#timer);
    this.#lines.clear();
    this.#tellIfIdle();
  }

  /** Resolves when nothing runs any more. */
  idle(): Promise<void> {
    this.#idle ??= Promise.withResolvers();
    this.#tellIfIdle();
    return this.#idle.promise;
  }

  #tellIfIdle(): void {
    if (this.#running === 0 && this.#sending === 0) this.#idle?.resolve();
  }

  #openWhenReadBack(): void {
    this.#isOpening = this.#readBack < (this.#readBackTo ?? 0);
    if (!this.#isOpening) this.#open();
  }

  #open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    // What came before the parked keys were known may have to get in line behind them.
    for (const keyed of this.#lines.takeAll()) this.#line(keyed);
    this.#pump();
  }

  /** Puts a record behind what is before it: the parked ones of its key, or those that wait and the one at work. */
  #line(keyed: Keyed): void {
    const { offset } = keyed.record;
    if (!this.#isOpen || !this.lot.has(keyed.key)) this.#lines.add(keyed);
    else if (this.lot.holds(offset)) {
      // Parked by a member that could not commit it any more.
      this.offsets.done(offset);
      this.#workplace.progressed();
    } else this.#queue(keyed);
  }

  #letIn(key: string, record: IncomingRecord, delay: Delay): void {
    for (const offset of this.lot.readBack(key, record, delay)) this.delayOffsets.done(offset);
  }

  /** Parks a record behind another of its key. */
  #queue(keyed: Keyed): void {
    this.#workplace.queued(keyed.record);
    this.#park(keyed, 0, 0);
  }

  #park({ key, record }: Keyed, attempts: number, notBefore: number): void {
    const parked = this.lot.park(key, record, { origin: record.offset, attempts, notBefore });
    this.#send(record, parked, () => this.offsets.done(record.offset));
  }

  #send(record: IncomingRecord, parked: Parked, sent: () => void): void {
    this.#sending += 1;
    void this.#workplace.sendToDelay(record, parked, this).then((delayed) => {
      this.#sending -= 1;
      if (delayed === 'buried') this.lot.remove(parked);
      if (delayed !== 'not-ours') {
        sent();
        this.#workplace.progressed();
      }
      this.#ended();
    });
  }

  #pump(): void {
    const { clock, concurrency } = this.#workplace;
    if (!this.#isOpen || this.#isStopped) return;
    this.#workplace.clock.clearTimeout(this.#timer);
    const now = clock.wall();
    while (this.#running < concurrency && now >= this.#heldUntil) {
      const parked = this.lot.next(now);
      if (parked) {
        void this.#runParked(parked);
        continue;
      }
      const keyed = this.#lines.next();
      if (!keyed) break;
      void this.#run(keyed);
    }
    const next = this.#heldUntil > now ? this.#heldUntil : this.lot.nextTime();
    if (next !== undefined && this.#running < concurrency) {
      this.#timer = clock.setTimeout(() => this.#pump(), Math.max(0, next - now));
    }
  }

  async #run(keyed: Keyed): Promise<void> {
    const { key, record } = keyed;
    this.#running += 1;
    const outcome = await this.#workplace.attempt(record, 0);
    this.#running -= 1;
    if (outcome.type === 'hold') {
      this.#hold(outcome.milliseconds);
      if (!this.#isStopped) this.#lines.putBack(keyed);
    } else if (outcome.type === 'done') {
      this.offsets.done(record.offset);
      this.#workplace.progressed();
      if (!this.#isStopped) this.#advance(key);
    } else if (!this.#isStopped) {
      const behind = this.#lines.dissolve(key);
      this.#park(keyed, 1, outcome.notBefore);
      this.#letEarlyIn(key);
      for (const one of behind) this.#line(one);
    }
    this.#ended();
  }

  /** Goes on with a key: with what was replayed meanwhile, else with the next in line. */
  #advance(key: string): void {
    if (!this.#early.has(key)) {
      this.#lines.advance(key);
      return;
    }
    const behind = this.#lines.dissolve(key);
    this.#letEarlyIn(key);
    for (const one of behind) this.#line(one);
  }

  #letEarlyIn(key: string): void {
    for (const letIn of this.#early.get(key) ?? []) letIn();
    this.#early.delete(key);
  }

  async #runParked(parked: Parked): Promise<void> {
    this.#running += 1;
    const { record, attempts } = parked;
    const origin = { ...record, offset: parked.origin };
    const outcome = await this.#workplace.attempt(origin, attempts);
    this.#running -= 1;
    // It may have been read back once more meanwhile, from another member that tried it, too.
    const { delayOffset } = parked;
    if (this.#isStopped && outcome.type !== 'done') {
      this.#ended();
      return;
    }
    if (outcome.type === 'hold') {
      this.#hold(outcome.milliseconds);
      this.lot.putBack(parked, this.#heldUntil);
    } else if (outcome.type === 'done') {
      if (delayOffset !== undefined) this.delayOffsets.done(delayOffset);
      this.lot.remove(parked);
      this.#workplace.progressed();
    } else {
      parked.attempts = Math.max(parked.attempts, attempts + 1);
      parked.notBefore = outcome.notBefore;
      parked.delayOffset = undefined;
      parked.isRunning = false;
      // Only when it is there again may the one before go.
      this.#send(origin, parked, () => {
        if (delayOffset !== undefined) this.delayOffsets.done(delayOffset);
      });
    }
    this.#ended();
  }

  #hold(milliseconds: number): void {
    this.#heldUntil = this.#workplace.clock.wall() + milliseconds;
  }

  #ended(): void {
    this.#regulate();
    this.#pump();
    this.#tellIfIdle();
  }

  /** Takes no more records while too many wait or are parked. */
  #regulate(): void {
    const { highWater, maximumParked } = this.#workplace;
    const waiting = this.offsets.pending;
    const isFull = waiting >= highWater || this.lot.size >= maximumParked;
    const isEmptyEnough = waiting <= highWater / 4 && this.lot.size < maximumParked;
    if (isFull && !this.#isPaused) {
      this.#isPaused = true;
      this.#workplace.pause(this.place);
    } else if (isEmptyEnough && this.#isPaused && !this.#isStopped) {
      this.#isPaused = false;
      this.#workplace.resume(this.place);
    }
  }

  #keyOf(record: IncomingRecord): string {
    return record.key === undefined ? this.#ownKey(record.offset) : keyText(record.key);
  }

  /** Records without a key have no order: each is a key of its own. */
  #ownKey(origin: number): string {
    return `unkeyed ${origin}`;
  }
}

/** A key's bytes as text, each byte a character. */
function keyText(key: Buffer): string {
  return `key ${key.toString('latin1')}`;
}
