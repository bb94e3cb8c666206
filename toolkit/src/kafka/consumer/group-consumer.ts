import type { Clock } from '../../clock/index.ts';
import type { Component } from '../../service/component.ts';
import type {
  DriverAdmin,
  DriverConsumer,
  IncomingRecord,
  OutgoingRecord,
  PartitionState,
  TopicPartition,
} from '../driver.ts';
import { RecordTooLargeError } from '../record-too-large.ts';
import { SendQueue } from '../send-queue.ts';
import { deadLetterTopicName, delayTopicName } from '../topic-names.ts';
import type { Topic } from '../topic.ts';
import { Committer } from './committer.ts';
import type { EventHandler, KafkaConsumerOptions } from './consumer-options.ts';
import { shorterLetter } from './dead-letters.ts';
import { withDelay } from './delay-headers.ts';
import type { KafkaConsumer, KafkaConsumerDescription } from './kafka-consumer.ts';
import type { Parked } from './parking-lot.ts';
import { OwnPartitions } from './own-partitions.ts';
import type { Delayed, Outcome, PartitionWork, Workplace } from './partition-work.ts';
import { RecordHandler } from './record-handler.ts';
import { type ConsumerSettings, consumerSettings } from './settings.ts';
import { prepareTopics } from './topics.ts';

/** Between attempts to get something to or from the broker, in milliseconds. */
const BROKER_RETRY = 500;
/** The most records in one request to a delay or dead-letter topic. */
const SEND_BATCH = 100;

/** A member of a consumer group: its partitions, its connections, and how it starts and stops. */
export class GroupConsumer<Transaction> implements KafkaConsumer<Transaction>, Workplace {
  readonly group: string;
  readonly clock: Clock;
  readonly concurrency: number;
  readonly highWater: number;
  readonly maximumParked: number;
  readonly #options: KafkaConsumerOptions<Transaction>;
  readonly #settings: ConsumerSettings<Transaction>;
  readonly #handler: RecordHandler<Transaction>;
  readonly #committer: Committer;
  readonly #partitions: OwnPartitions;
  readonly #giveUp = new AbortController();
  #admin: DriverAdmin | undefined;
  #queue: SendQueue | undefined;
  #consumer: DriverConsumer | undefined;
  #isStarted = false;
  #isStopping = false;

  constructor(options: KafkaConsumerOptions<Transaction>) {
    const settings = consumerSettings(options);
    this.#options = options;
    this.#settings = settings;
    this.group = options.group;
    this.clock = settings.clock;
    this.concurrency = settings.concurrency;
    this.highWater = settings.highWater;
    this.maximumParked = settings.maximumParked;
    this.#handler = new RecordHandler({
      group: options.group,
      settings,
      signal: this.#giveUp.signal,
      observe: options.observe,
      sendLetter: (letter, record) => this.#sendLetter(letter, record),
    });
    this.#partitions = new OwnPartitions({
      group: options.group,
      workplace: this,
      handles: (topic) => this.#handler.has(topic),
      delayState: (place) => this.#delayState(place),
      failed: (error) => this.#tell(error),
      waitAfter: (error) => this.#waitAfter(error),
    });
    this.#committer = new Committer({
      clock: settings.clock,
      interval: settings.commitInterval,
      works: () => this.#partitions.works,
      commit: async (offsets) => {
        await this.#consumer?.commit(offsets);
      },
      failed: (error) => this.#tell(error),
    });
  }

  on<Data>(topic: Topic<Data>, handle: EventHandler<Data, Transaction>): this {
    if (this.#isStarted) throw new Error(`${this.group} has been started: give it its handlers before`);
    if (this.#handler.has(topic.topic)) throw new Error(`${topic.topic} has a handler already`);
    this.#handler.subscribe(topic, handle);
    return this;
  }

  async start(): Promise<void> {
    if (this.#isStarted) return;
    const { topics } = this.#handler;
    if (topics.length === 0) throw new Error(`${this.group} has no handlers: give it some by on()`);
    this.#isStarted = true;
    const { driver } = this.#options;
    const names = topics.map(({ topic }) => topic);
    for (const { event } of topics) event.check(undefined);
    this.#admin = await driver.createAdmin();
    await prepareTopics(this.#admin, this.group, names, this.#settings.createTopics);
    this.#queue = new SendQueue(await driver.createProducer(), SEND_BATCH);
    this.#consumer = await driver.createConsumer({
      group: this.group,
      topics: names.flatMap((topic) => [topic, delayTopicName(topic, this.group)]),
      from: this.#settings.from,
      assigned: (places) => this.#partitions.assigned(places),
      revoked: (places) => this.#partitions.revoked(places),
      rebalancing: () => void this.#committer.commit(),
      received: (records) => this.#partitions.received(records),
      failed: (error) => this.#tell(error),
    });
    if (this.#isStopping) await this.#close();
  }

  async stop(): Promise<void> {
    this.#stopAccepting();
    await this.#drain(new AbortController().signal);
    await this.#close();
  }

  component(): Component {
    const { group } = this;
    const handler = this.#handler;
    return {
      name: `kafka-consumer ${group}`,
      get needs() {
        return {
          consumes: handler.topics.map(({ topic, event: { version } }) => ({ topic, version, group })),
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
      topics: this.#handler.topics.map(({ topic, event: { version } }) => ({
        topic,
        version,
        delayTopic: delayTopicName(topic, this.group),
        deadLetterTopic: deadLetterTopicName(topic, this.group),
      })),
      partitions: this.#partitions.works.map(({ place, offsets, lot }) => ({
        ...place,
        waiting: offsets.pending,
        parked: lot.size,
      })),
      counts: this.#handler.counts,
    };
  }

  /** @internal */
  attempt(record: IncomingRecord, attempts: number): Promise<Outcome> {
    return this.#handler.attempt(record, attempts);
  }

  /** @internal */
  async sendToDelay(record: IncomingRecord, parked: Parked, work: PartitionWork): Promise<Delayed> {
    const { key, value, headers } = record;
    const sent = await this.#sendUntilItIsThere(
      {
        ...work.delayPlace,
        ...(key && { key }),
        ...(value && { value }),
        headers: withDelay(headers, parked),
      },
      () => this.#partitions.workOf(work.place) === work,
    );
    if (!(sent instanceof RecordTooLargeError)) return sent;
    const origin = { ...record, offset: parked.origin };
    const buried = await this.#handler.bury(origin, 'too-large', sent, parked.attempts);
    return buried.type === 'done' ? 'buried' : 'not-ours';
  }

  /** @internal */
  queued(record: IncomingRecord): void {
    this.#handler.observe(record, { type: 'queued' });
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
    this.#committer.progressed();
  }

  /** A letter that does not fit is sent with less; false when the record is not this member's any more. */
  async #sendLetter(letter: OutgoingRecord, record: IncomingRecord): Promise<boolean> {
    for (let rest = letter; ;) {
      const sent = await this.#sendUntilItIsThere(rest, () => this.#partitions.workOf(record) !== undefined);
      if (!(sent instanceof RecordTooLargeError)) return sent === 'sent';
      const shorter = shorterLetter(rest);
      // A topic that does not even take that is as good as one that can't be written.
      if (shorter === undefined) await this.#waitAfter(sent);
      else rest = shorter;
    }
  }

  /**
   * Nothing is lost because a broker is away: waits for it, as long as the work is this member's. Gives the error when
   * waiting is of no use.
   */
  async #sendUntilItIsThere(
    record: OutgoingRecord,
    isOurs: () => boolean,
  ): Promise<'sent' | 'not-ours' | RecordTooLargeError> {
    while (isOurs() && !this.#giveUp.signal.aborted) {
      try {
        if (!this.#queue) return 'not-ours';
        await this.#queue.send([record]);
        return 'sent';
      } catch (error) {
        if (error instanceof RecordTooLargeError) return error;
        await this.#waitAfter(error);
      }
    }
    return 'not-ours';
  }

  async #waitAfter(error: unknown): Promise<void> {
    this.#tell(error);
    await this.clock.sleep(BROKER_RETRY, this.#giveUp.signal).catch(() => {});
  }

  async #delayState({ topic, partition }: TopicPartition): Promise<PartitionState> {
    const states = await this.#admin?.partitionStates(this.group, topic, [partition]);
    const state = states?.get(partition);
    if (!state) throw new Error(`nothing is known of partition ${partition} of ${topic}`);
    return state;
  }

  #stopAccepting(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#consumer?.pause(this.#partitions.works.flatMap(({ place, delayPlace }) => [place, delayPlace]));
    this.#partitions.stop();
  }

  async #drain(signal: AbortSignal): Promise<void> {
    const giveUp = (): void => this.#giveUp.abort(signal.reason);
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
    await this.#partitions.idle();
    signal.removeEventListener('abort', giveUp);
    await this.#committer.finish();
  }

  async #close(): Promise<void> {
    this.#isStopping = true;
    this.#partitions.stop();
    this.#committer.stop();
    this.#giveUp.abort(new Error(`${this.group} is closed`));
    const [consumer, queue, admin] = [this.#consumer, this.#queue, this.#admin];
    this.#consumer = undefined;
    this.#queue = undefined;
    this.#admin = undefined;
    await consumer?.close();
    await Promise.all([queue?.close(), admin?.close()]);
    this.#partitions.clear();
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

/**
 * Handles events of topics: validated against the schema, each key in order, committed only after they are handled.
 * What fails is parked in a delay topic and tried again, later events of its key wait behind it, and all others go on;
 * what can't be handled goes to the dead letters. With an inbox, the effect of an event happens once.
 *
 * @throws TypeError for options that make no sense, with all of them.
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
