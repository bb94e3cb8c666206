import type { Clock } from '../../clock/index.ts';
import { type IncomingRecord, type OutgoingRecord, partitionKey } from '../driver.ts';
import type { Topic } from '../topic.ts';
import { handleRecord, type Subscription } from './attempt.ts';
import type { EventHandler } from './consumer-options.ts';
import { toDeadLetter } from './dead-letters.ts';
import type { ConsumerEvent, DeadLetterReason, RecordOutcome } from './observed.ts';
import type { Outcome } from './partition-work.ts';
import type { ConsumerSettings } from './settings.ts';
import { HOLD, judge } from './verdict.ts';

/** What a {@link RecordHandler} works with. */
export interface RecordHandlerOptions<Transaction> {
  readonly group: string;
  readonly settings: ConsumerSettings<Transaction>;
  /** Aborts when the consumer gives up its work. */
  readonly signal: AbortSignal;
  readonly observe: ((event: ConsumerEvent) => void) | undefined;
  /** Sends a dead letter, however long that takes; false when the record is not this member's any more. */
  sendLetter(letter: OutgoingRecord, record: IncomingRecord): Promise<boolean>;
}

/** Makes attempts at records, and says what follows from each. */
export class RecordHandler<Transaction> {
  readonly #options: RecordHandlerOptions<Transaction>;
  readonly #clock: Clock;
  readonly #subscriptions = new Map<string, Subscription<Transaction>>();
  readonly #counts: Record<ConsumerEvent['type'], number> = {
    handled: 0,
    duplicate: 0,
    parked: 0,
    queued: 0,
    'dead-lettered': 0,
    held: 0,
  };
  /** How often each record that is being held has been. */
  readonly #holds = new Map<string, number>();

  constructor(options: RecordHandlerOptions<Transaction>) {
    this.#options = options;
    this.#clock = options.settings.clock;
  }

  /** What became of records so far, by type. */
  get counts(): Readonly<Record<ConsumerEvent['type'], number>> {
    return { ...this.#counts };
  }

  /** The topics that have a handler. */
  get topics(): readonly Topic<unknown>[] {
    return [...this.#subscriptions.values()].map(({ topic }) => topic);
  }

  has(topic: string): boolean {
    return this.#subscriptions.has(topic);
  }

  subscribe<Data>(topic: Topic<Data>, handle: EventHandler<Data, Transaction>): void {
    // Its data is checked to be the topic's before its handler sees it.
    this.#subscriptions.set(topic.topic, { topic, handle } as unknown as Subscription<Transaction>);
  }

  /**
   * Makes an attempt at a record; never rejects.
   *
   * @param attempts made before
   */
  async attempt(record: IncomingRecord, attempts: number): Promise<Outcome> {
    const subscription = this.#subscriptions.get(record.topic);
    if (!subscription) return { type: 'done' };
    const { group, settings, signal } = this.#options;
    const started = this.#clock.now();
    try {
      const { event, isDuplicate } = await handleRecord(subscription, record, attempts, {
        group,
        settings,
        signal,
      });
      if (this.#holds.size > 0) this.#holds.delete(placeOf(record));
      if (isDuplicate) this.observe(record, { type: 'duplicate', event });
      else {
        const duration = this.#clock.now() - started;
        this.observe(record, { type: 'handled', event, duration, attempts: attempts + 1 });
      }
      return { type: 'done' };
    } catch (error) {
      return this.#failed(record, attempts + 1, error);
    }
  }

  /** Counts what happened to a record, and tells who wants to know. */
  observe(record: IncomingRecord, what: RecordOutcome): void {
    this.#counts[what.type] += 1;
    const { observe } = this.#options;
    if (!observe) return;
    const { topic, partition, offset, key } = record;
    observe({ topic, partition, offset, key: key?.toString('utf8'), ...what });
  }

  async #failed(record: IncomingRecord, attempts: number, error: unknown): Promise<Outcome> {
    const { settings, signal } = this.#options;
    // All work is being given up: whoever has the record next tries it anew.
    if (signal.aborted) return { type: 'hold', milliseconds: HOLD.longest };
    const place = placeOf(record);
    const holds = this.#holds.get(place) ?? 0;
    this.#holds.delete(place);
    const verdict = judge(error, attempts, holds, settings);
    if (verdict.type === 'bury') return this.bury(record, verdict.reason, error, attempts);
    if (verdict.type === 'hold') {
      const { milliseconds } = verdict;
      this.#holds.set(place, holds + 1);
      this.observe(record, { type: 'held', error, milliseconds });
      return { type: 'hold', milliseconds };
    }
    const notBefore = Math.ceil(this.#clock.wall() + verdict.wait);
    this.observe(record, { type: 'parked', error, attempts, notBefore });
    return { type: 'again', notBefore };
  }

  /** Sends a record to the dead letters: done when it is there. */
  async bury(
    record: IncomingRecord,
    reason: DeadLetterReason,
    error: unknown,
    attempts: number,
  ): Promise<Outcome> {
    const { group, sendLetter } = this.#options;
    const letter = toDeadLetter(record, group, reason, error, attempts, this.#clock.wall());
    if (!(await sendLetter(letter, record))) return { type: 'hold', milliseconds: HOLD.longest };
    this.observe(record, { type: 'dead-lettered', reason, error, attempts });
    return { type: 'done' };
  }
}

function placeOf(record: IncomingRecord): string {
  return `${partitionKey(record)}@${record.offset}`;
}
