/**
 * What a Kafka client must be able to do for this module: send, receive with offsets committed by hand, and a little
 * administration. There is one for `@platformatic/kafka`, one for `@confluentinc/kafka-javascript` and one in memory;
 * all pass the same conformance suite.
 *
 * @example
 * const driver: KafkaDriver = platformaticKafka({ brokers: ['127.0.0.1:9092'], clientId: 'orders' });
 */
export interface KafkaDriver {
  /** What `describe()` calls it. */
  readonly name: string;
  createProducer(): Promise<DriverProducer>;
  createConsumer(options: DriverConsumerOptions): Promise<DriverConsumer>;
  createAdmin(): Promise<DriverAdmin>;
}

/**
 * A part of a topic.
 *
 * @example
 * const place: TopicPartition = { topic: 'orders.placed', partition: 0 };
 */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/**
 * A part of a topic and a place in it.
 *
 * @example
 * await consumer.commit([{ topic: 'orders.placed', partition: 0, offset: 42 }]);
 */
export interface PartitionOffset extends TopicPartition {
  /** Exact up to 2^53, which a partition reaches after 285 years at a million records a second. */
  readonly offset: number;
}

/**
 * A record on its way out.
 *
 * @example
 * const record: OutgoingRecord = { topic: 'orders.placed', key: '4711', value: Buffer.from('{}'), headers: {} };
 */
export interface OutgoingRecord {
  readonly topic: string;
  /** @default by the key, as Kafka's own clients do it; any without a key */
  readonly partition?: number;
  readonly key?: string | Uint8Array;
  /** Undefined for a tombstone. */
  readonly value?: Uint8Array;
  readonly headers: Readonly<Record<string, string | Uint8Array>>;
}

/**
 * A record that was received.
 *
 * @example
 * const text = (record: IncomingRecord) => record.value?.toString('utf8');
 */
export interface IncomingRecord extends PartitionOffset {
  readonly key: Buffer | undefined;
  /** Undefined for a tombstone. */
  readonly value: Buffer | undefined;
  /** The last value of each name. */
  readonly headers: ReadonlyMap<string, Buffer>;
  /** When it was sent, in epoch milliseconds. */
  readonly timestamp: number;
}

/**
 * Sends records.
 *
 * @example
 * const producer: DriverProducer = await driver.createProducer();
 */
export interface DriverProducer {
  /**
   * Sends records and resolves when all in-sync replicas have them. Those of one call for one partition stay in order.
   *
   * @throws RecordTooLargeError when a topic takes no request of this size; of several records each may fit alone.
   * @throws otherwise when it is not known that all are there: they may be sent again.
   */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * How {@link KafkaDriver.createConsumer} reads. The callbacks are called one at a time and must not throw.
 *
 * @example
 * const options: DriverConsumerOptions = { group: 'orders', topics: ['orders.placed'], from: 'earliest', ...callbacks };
 */
export interface DriverConsumerOptions {
  readonly group: string;
  /** Topics with the same number of partitions are given out alike: partition n of each to the same member. */
  readonly topics: readonly string[];
  /** Where a group begins that has committed nothing. */
  readonly from: 'earliest' | 'latest';
  /** Partitions that are now this member's; each comes from its committed offset on. */
  assigned(partitions: readonly TopicPartition[]): void;
  /** Partitions that are no longer this member's; commits for them are of no use any more. */
  revoked(partitions: readonly TopicPartition[]): void;
  /** Another member is coming or going: what is done should be committed now. */
  rebalancing(): void;
  /** Records of one partition, in order. */
  received(records: readonly IncomingRecord[]): void;
  /** Something went wrong that the driver gets over by itself. */
  failed(error: unknown): void;
}

/**
 * Receives records as a member of a group.
 *
 * @example
 * const consumer: DriverConsumer = await driver.createConsumer(options);
 */
export interface DriverConsumer {
  /** Sends no more of these for now. A few may still come. */
  pause(partitions: readonly TopicPartition[]): void;
  /** Sends on. */
  resume(partitions: readonly TopicPartition[]): void;
  /** Notes the offsets of the next records to be read. */
  commit(offsets: readonly PartitionOffset[]): Promise<void>;
  /** Leaves the group. */
  close(): Promise<void>;
}

/**
 * What is known of a partition.
 *
 * @example
 * const lag = ({ latest, committed, earliest }: PartitionState) => latest - (committed ?? earliest);
 */
export interface PartitionState {
  /** Offset of the oldest record that is kept. */
  readonly earliest: number;
  /** Offset that the next record will get. */
  readonly latest: number;
  /** What the group has committed; undefined when nothing. */
  readonly committed: number | undefined;
}

/**
 * A topic to be made.
 *
 * @example
 * const topic: NewTopic = { topic: 'orders.placed', partitions: 12, configuration: { 'retention.ms': '604800000' } };
 */
export interface NewTopic {
  readonly topic: string;
  readonly partitions: number;
  /** @default the broker's */
  readonly replicas?: number;
  readonly configuration?: Readonly<Record<string, string>>;
}

/**
 * Administers topics.
 *
 * @example
 * const admin: DriverAdmin = await driver.createAdmin();
 */
export interface DriverAdmin {
  /** Makes topics; those that are there already stay as they are. */
  createTopics(topics: readonly NewTopic[]): Promise<void>;
  /** Raises the number of a topic's partitions. */
  addPartitions(topic: string, partitions: number): Promise<void>;
  /** The number of partitions of each topic that is there. */
  partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** What is known of partitions of a topic, by partition. */
  partitionStates(
    group: string,
    topic: string,
    partitions: readonly number[],
  ): Promise<ReadonlyMap<number, PartitionState>>;
  close(): Promise<void>;
}

/** A key of a partition for maps. */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
