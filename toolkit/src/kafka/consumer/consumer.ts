import { type Clock, systemClock } from '../../clock/index.ts';
import { InvalidEventError } from '../../events/index.ts';
import type { Component } from '../../service/component.ts';
import {
  type DriverAdmin,
  type DriverConsumer,
  type DriverProducer,
  type IncomingRecord,
  type OutgoingRecord,
  type PartitionOffset,
  partitionKey,
  type TopicPartition,
} from '../driver.ts';
import { deadLetterTopicName, delayTopicName } from '../topic-names.ts';
import type { Topic } from '../topic.ts';
import { handleRecord, type Subscription } from './attempt.ts';
import type { EventHandler, KafkaConsumerOptions } from './consumer-options.ts';
import { toDeadLetter } from './dead-letters.ts';
import { withDelay } from './delay-headers.ts';
import type { ConsumerEvent, DeadLetterReason, RecordOutcome } from './observed.ts';
import type { Parked } from './parking-lot.ts';
import { type Outcome, PartitionWork, type Workplace } from './partition-work.ts';
import { prepareTopics } from './topics.ts';

/**
 * What a consumer is and how it stands, as plain data.
 *
 * @example
 * const { partitions }: KafkaConsumerDescription = consumer.describe();
 */
export interface KafkaConsumerDescription {
  readonly kind: 'kafka-consumer';
  readonly group: string;
  /** The client that it works with. */
  readonly driver: string;
  readonly topics: readonly {
    readonly topic: string;
    readonly version: number;
    readonly delayTopic: string;
    readonly deadLetterTopic: string;
  }[];
  /** The partitions that are this member's at the moment. */
  readonly partitions: readonly {
    readonly topic: string;
    readonly partition: number;
    /** Records received and not handled yet. */
    readonly waiting: number;
    /** Records that failed, or wait behind one of their key that did. */
    readonly parked: number;
  }[];
  /** What became of records since the start, by type. */
  readonly counts: Readonly<Record<ConsumerEvent['type'], number>>;
}

/**
 * Reads topics as a member of a group; made by {@link kafkaConsumer}.
 *
 * @example
 * const consumer: KafkaConsumer = kafkaConsumer({ driver, group: 'billing' });
 */
export interface KafkaConsumer<Transaction = undefined> {
  readonly group: string;
  /**
   * Handles the events of a topic. To be called before the start.
   *
   * @throws Error when the consumer has been started, or the topic has a handler.
   */
  on<Data>(topic: Topic<Data>, handle: EventHandler<Data, Transaction>): KafkaConsumer<Transaction>;
  /** Makes what topics are missing, joins the group and begins. */
  start(): Promise<void>;
  /** Ends what is at hand, commits and leaves the group. */
  stop(): Promise<void>;
  /** The consumer as a part of a service. */
  component(): Component;
  describe(): KafkaConsumerDescription;
}

const HANDLER_TIME = 30_000;
const HIGH_WATER = 1_000;
const MAXIMUM_PARKED = 10_000;
const COMMIT_INTERVAL = 100;
const ATTEMPTS = 5;
const DELAY = 1_000;
const MAXIMUM_DELAY = 60_000;
/** Between attempts to get something to the broker, in milliseconds. */
const BROKER_RETRY = 500;
/** For how long a partition waits when a service that its handler needs is down, in milliseconds. */
const HOLD = { shortest: 1_000, longest: 30_000 };
/** How often it waits for one record; then the fault may lie with that, and it is parked like any other. */
const MOST_HOLDS = 10;

/**
 * Handles events of topics: validated against the schema, each key in order, committed only after they are handled.
 * What fails is parked in a delay topic and tried again, later events of its key wait behind it, and all others go on;
 * what can't be handled goes to the dead letters. With an inbox, the effect of an event happens once.
 *
 * @throws TypeError for options that make no sense.
 * @example
 * const consumer = kafkaConsumer({ driver, group: 'billing', inbox: store.inbox });
 * consumer.on(ordersPlaced, async ({ data }, { transaction }) => {
 *   await transaction.query('insert into invoice (order_id) values ($1)', [data.orderId]);
 * });
 * const service = createService({ contract, components: [consumer.component()] });
 */
export function kafkaConsumer<Transaction = undefined>(
  options: KafkaConsumerOptions<Transaction>,
): KafkaConsumer<Transaction> {
  return new GroupConsumer(options);
}

class GroupConsumer<Transaction> implements KafkaConsumer<Transaction>, Workplace {
  readonly group: string;
  readonly clock: Clock;
  readonly concurrency: number;
  readonly highWater: number;
  readonly maximumParked: number;
  readonly #options: KafkaConsumerOptions<Transaction>;
  readonly #subscriptions = new Map<string, Subscription<Transaction>>();
  /** Works by their partition and by that of their delay topic. */
  readonly #works = new Map<string, PartitionWork>();
  readonly #delayWorks = new Map<string, PartitionWork>();
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
  readonly #giveUp = new AbortController();
  #admin: DriverAdmin | undefined;
  #producer: DriverProducer | undefined;
  #consumer: DriverConsumer | undefined;
  #isStarted = false;
  #isStopping = false;
  #isCommitDue = false;
  #committing: Promise<void> | undefined;

  constructor(options: KafkaConsumerOptions<Transaction>) {
    this.#options = options;
    this.group = options.group;
    this.clock = options.clock ?? systemClock;
    this.concurrency = options.concurrency ?? 1;
    this.highWater = options.highWater ?? HIGH_WATER;
    this.maximumParked = options.maximumParked ?? MAXIMUM_PARKED;
    const whole = {
      concurrency: this.concurrency,
      highWater: this.highWater,
      maximumParked: this.maximumParked,
      'retry.attempts': options.retry?.attempts ?? ATTEMPTS,
    };
    const violations = Object.entries(whole)
      .filter(([, value]) => !Number.isInteger(value) || value < 1)
      .map(([name, value]) => `${name} is ${value}: give it a whole number of at least 1`);
    if (violations.length > 0) throw new TypeError(violations.join('\n'));
  }

  on<Data>(topic: Topic<Data>, handle: EventHandler<Data, Transaction>): this {
    if (this.#isStarted) throw new Error(`${this.group} has been started: give it its handlers before`);
    if (this.#subscriptions.has(topic.topic)) throw new Error(`${topic.topic} has a handler already`);
    this.#subscriptions.set(topic.topic, { topic, handle } as unknown as Subscription<Transaction>);
    return this;
  }

  async start(): Promise<void> {
    if (this.#isStarted) return;
    if (this.#subscriptions.size === 0)
      throw new Error(`${this.group} has no handlers: give it some by on()`);
    this.#isStarted = true;
    const { driver, from = 'earliest', createTopics = true } = this.#options;
    const topics = [...this.#subscriptions.keys()];
    for (const { topic } of this.#subscriptions.values()) topic.event.check(undefined);
    this.#admin = await driver.createAdmin();
    await prepareTopics(this.#admin, this.group, topics, createTopics);
    this.#producer = await driver.createProducer();
    this.#consumer = await driver.createConsumer({
      group: this.group,
      topics: topics.flatMap((topic) => [topic, delayTopicName(topic, this.group)]),
      from,
      assigned: (places) => this.#assigned(places),
      revoked: (places) => this.#revoked(places),
      rebalancing: () => void this.#commit(),
      received: (records) => this.#received(records),
      failed: (error) => this.#tell(error),
    });
    // What came while the consumer was still being made can be resumed only now.
    if (this.#isStopping) await this.#close();
  }

  async stop(): Promise<void> {
    this.#stopAccepting();
    await this.#drain(new AbortController().signal);
    await this.#close();
  }

  component(): Component {
    const consumer = this;
    return {
      name: `kafka-consumer ${this.group}`,
      get needs() {
        const subscriptions = [...consumer.#subscriptions.values()];
        return {
          consumes: subscriptions.map(({ topic }) => ({
            topic: topic.topic,
            version: topic.event.version,
            group: consumer.group,
          })),
        };
      },
      start: () => this.start(),
      stopAccepting: () => this.#stopAccepting(),
      drain: (signal) => this.#drain(signal),
      close: () => this.#close(),
      describe: () => this.describe(),
    };
  }

  describe(): KafkaConsumerDescription {
    return {
      kind: 'kafka-consumer',
      group: this.group,
      driver: this.#options.driver.name,
      topics: [...this.#subscriptions.values()].map(({ topic: { topic, event } }) => ({
        topic,
        version: event.version,
        delayTopic: delayTopicName(topic, this.group),
        deadLetterTopic: deadLetterTopicName(topic, this.group),
      })),
      partitions: [...this.#works.values()].map(({ place, offsets, lot }) => ({
        ...place,
        waiting: offsets.pending,
        parked: lot.size,
      })),
      counts: { ...this.#counts },
    };
  }

  /** @internal */
  async attempt(record: IncomingRecord, attempts: number): Promise<Outcome> {
    const subscription = this.#subscriptions.get(record.topic);
    if (!subscription) return { type: 'done' };
    const started = this.clock.now();
    try {
      const { event, isDuplicate } = await handleRecord(subscription, record, attempts, {
        group: this.group,
        inbox: this.#options.inbox,
        handlerTime: this.#options.handlerTime ?? HANDLER_TIME,
        principal: this.#options.principal ?? false,
        clock: this.clock,
        signal: this.#giveUp.signal,
      });
      const duration = this.clock.now() - started;
      if (isDuplicate) this.#observe(record, { type: 'duplicate', event });
      else this.#observe(record, { type: 'handled', event, duration, attempts: attempts + 1 });
      return { type: 'done' };
    } catch (error) {
      return this.#failed(record, attempts + 1, error);
    }
  }

  /** @internal */
  async sendToDelay(record: IncomingRecord, parked: Parked, work: PartitionWork): Promise<boolean> {
    const { key, value, headers } = record;
    return this.#sendUntilItIsThere(
      {
        topic: work.delayPlace.topic,
        partition: work.delayPlace.partition,
        ...(key && { key }),
        ...(value && { value }),
        headers: withDelay(headers, parked),
      },
      () => this.#works.get(partitionKey(work.place)) === work,
    );
  }

  /** @internal */
  queued(record: IncomingRecord): void {
    this.#observe(record, { type: 'queued' });
  }

  /** @internal */
  pause(place: TopicPartition): void {
    this.#consumer?.pause([place]);
  }

  /** @internal */
  resume(place: TopicPartition): void {
    this.#consumer?.resume([place]);
  }

  /** @internal */
  progressed(): void {
    if (this.#isCommitDue) return;
    this.#isCommitDue = true;
    this.clock.setTimeout(() => void this.#commit(), this.#options.commitInterval ?? COMMIT_INTERVAL);
  }

  async #failed(record: IncomingRecord, attempts: number, error: unknown): Promise<Outcome> {
    // The work was taken away, or is being given up: whoever has it next tries it anew.
    if (this.#giveUp.signal.aborted) return { type: 'hold', milliseconds: HOLD.longest };
    const {
      attempts: most = ATTEMPTS,
      delay = DELAY,
      maximumDelay = MAXIMUM_DELAY,
    } = this.#options.retry ?? {};
    const place = `${partitionKey(record)}@${record.offset}`;
    const holds = this.#holds.get(place) ?? 0;
    const held = holds < MOST_HOLDS ? holdFor(error) : undefined;
    this.#holds.delete(place);
    if (held !== undefined) {
      this.#holds.set(place, holds + 1);
      this.#observe(record, { type: 'held', error, milliseconds: held });
      return { type: 'hold', milliseconds: held };
    }
    if (error instanceof InvalidEventError) return this.#bury(record, 'invalid', error, attempts);
    if (hasCode(error, 'EVENT_UNPROCESSABLE')) return this.#bury(record, 'refused', error, attempts);
    if (attempts >= most) return this.#bury(record, 'attempts', error, attempts);
    const random = this.#options.retry?.random ?? Math.random;
    const longest = Math.min(maximumDelay, delay * 2 ** (attempts - 1));
    const notBefore = Math.ceil(this.clock.wall() + longest * (1 - random() / 2));
    this.#observe(record, { type: 'parked', error, attempts, notBefore });
    return { type: 'again', notBefore };
  }

  async #bury(
    record: IncomingRecord,
    reason: DeadLetterReason,
    error: unknown,
    attempts: number,
  ): Promise<Outcome> {
    const letter = toDeadLetter(record, this.group, reason, error, attempts, this.clock.wall());
    const isThere = await this.#sendUntilItIsThere(letter, () => this.#works.has(partitionKey(record)));
    if (!isThere) return { type: 'hold', milliseconds: HOLD.longest };
    this.#observe(record, { type: 'dead-lettered', reason, error, attempts });
    return { type: 'done' };
  }

  /** Nothing is lost because a broker is away: waits for it, as long as the work is this member's. */
  async #sendUntilItIsThere(record: OutgoingRecord, isOurs: () => boolean): Promise<boolean> {
    while (isOurs() && !this.#giveUp.signal.aborted) {
      try {
        await this.#producer?.send([record]);
        return true;
      } catch (error) {
        this.#tell(error);
        await this.clock.sleep(BROKER_RETRY, this.#giveUp.signal).catch(() => {});
      }
    }
    return false;
  }

  #assigned(places: readonly TopicPartition[]): void {
    if (this.#isStopping) return;
    const keys = new Set(places.map(partitionKey));
    for (const place of places) {
      if (!this.#subscriptions.has(place.topic)) continue;
      const delayPlace = { topic: delayTopicName(place.topic, this.group), partition: place.partition };
      const work = new PartitionWork(place, delayPlace, this);
      this.#works.set(partitionKey(place), work);
      this.#delayWorks.set(partitionKey(delayPlace), work);
      if (keys.has(partitionKey(delayPlace))) void this.#openWork(work);
      else {
        const { topic, partition } = delayPlace;
        const problem = `partition ${partition} of ${place.topic} came without that of ${topic}`;
        this.#tell(
          new Error(
            `${problem}: restart the consumer, which gives both topics the same number of partitions`,
          ),
        );
      }
    }
  }

  /** Finds out how much of the delay topic must be read before the parked keys of a partition are known. */
  async #openWork(work: PartitionWork): Promise<void> {
    const { topic, partition } = work.delayPlace;
    while (this.#works.get(partitionKey(work.place)) === work && !this.#isStopping) {
      try {
        const states = await this.#admin?.partitionStates(this.group, topic, [partition]);
        const state = states?.get(partition);
        if (!state) throw new Error(`nothing is known of partition ${partition} of ${topic}`);
        const next = Math.max(state.committed ?? 0, state.earliest);
        work.openAt(next >= state.latest ? undefined : state.latest);
        return;
      } catch (error) {
        this.#tell(error);
        await this.clock.sleep(BROKER_RETRY, this.#giveUp.signal).catch(() => {});
      }
    }
  }

  #revoked(places: readonly TopicPartition[]): void {
    for (const place of places) {
      const work = this.#works.get(partitionKey(place));
      if (!work) continue;
      work.stop();
      this.#works.delete(partitionKey(place));
      this.#delayWorks.delete(partitionKey(work.delayPlace));
    }
  }

  #received(records: readonly IncomingRecord[]): void {
    const [first] = records;
    if (!first || this.#isStopping) return;
    const key = partitionKey(first);
    const work = this.#works.get(key);
    if (work) work.received(records);
    else this.#delayWorks.get(key)?.receivedDelayed(records);
  }

  #commit(): Promise<void> {
    this.#committing ??= this.#commitDue().finally(() => {
      this.#committing = undefined;
    });
    return this.#committing;
  }

  async #commitDue(): Promise<void> {
    this.#isCommitDue = false;
    const due: { readonly place: PartitionOffset; readonly committed: () => void }[] = [];
    for (const { place, delayPlace, offsets, delayOffsets } of this.#works.values()) {
      for (const [where, tracker] of [
        [place, offsets],
        [delayPlace, delayOffsets],
      ] as const) {
        const offset = tracker.due;
        if (offset === undefined) continue;
        due.push({ place: { ...where, offset }, committed: () => tracker.committed(offset) });
      }
    }
    if (due.length === 0 || !this.#consumer) return;
    try {
      await this.#consumer.commit(due.map(({ place }) => place));
      for (const { committed } of due) committed();
    } catch (error) {
      this.#tell(error);
      if (!this.#isStopping) this.progressed();
    }
  }

  #stopAccepting(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    const works = [...this.#works.values()];
    this.#consumer?.pause(works.flatMap(({ place, delayPlace }) => [place, delayPlace]));
    for (const work of works) work.stop();
  }

  async #drain(signal: AbortSignal): Promise<void> {
    const giveUp = (): void => this.#giveUp.abort(signal.reason);
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
    await Promise.all([...this.#works.values()].map((work) => work.idle()));
    signal.removeEventListener('abort', giveUp);
    await this.#committing;
    await this.#commit();
  }

  async #close(): Promise<void> {
    this.#isStopping = true;
    this.#giveUp.abort(new Error(`${this.group} is closed`));
    const [consumer, producer, admin] = [this.#consumer, this.#producer, this.#admin];
    this.#consumer = undefined;
    this.#producer = undefined;
    this.#admin = undefined;
    await consumer?.close();
    await Promise.all([producer?.close(), admin?.close()]);
    this.#works.clear();
    this.#delayWorks.clear();
  }

  #observe(record: IncomingRecord, what: RecordOutcome): void {
    this.#counts[what.type] += 1;
    const { observe } = this.#options;
    if (!observe) return;
    const { topic, partition, offset, key } = record;
    observe({ topic, partition, offset, key: key?.toString('utf8'), ...what });
  }

  #tell(error: unknown): void {
    const { onProblem } = this.#options;
    if (onProblem) onProblem(error);
    else
      process.emitWarning(
        `${this.group}: ${error instanceof Error ? error.message : String(error)}`,
        'KafkaProblem',
      );
  }
}

/** What the resilience of a call says when the fault is not the event's. */
const busyCodes = ['CIRCUIT_OPEN', 'OVERLOADED', 'BULKHEAD_FULL', 'RATE_LIMITED'];

/** For how long everything should wait, when a service that the handler needs is known to be down or busy. */
function holdFor(error: unknown): number | undefined {
  if (!busyCodes.some((code) => hasCode(error, code))) return undefined;
  const { retryAfter } = error as { retryAfter?: unknown };
  const asked = typeof retryAfter === 'number' ? retryAfter : HOLD.shortest;
  return Math.min(HOLD.longest, Math.max(HOLD.shortest, asked));
}

function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
