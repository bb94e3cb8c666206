import { assignByRange, without } from '../range-assignment.ts';
import {
  type DriverAdmin,
  type DriverConsumer,
  type DriverConsumerOptions,
  type DriverProducer,
  type IncomingRecord,
  type KafkaDriver,
  type NewTopic,
  type OutgoingRecord,
  type PartitionOffset,
  partitionKey,
  type PartitionState,
  type TopicPartition,
} from '../driver.ts';
import { partitionOf } from '../partitioner.ts';
import { RecordTooLargeError } from '../record-too-large.ts';

/** So many records come at once, at most. */
const BATCH = 500;

interface Group {
  readonly committed: Map<string, number>;
  readonly members: Map<string, MemoryConsumer>;
}

/**
 * Kafka in memory, for tests: topics, partitions, groups and committed offsets as a broker has them, without its
 * network. Everything that happens, happens in a later turn of the event loop, never inside the call that causes it.
 *
 * @example
 * const kafka = new MemoryKafka();
 * await kafka.createTopics([{ topic: 'orders.placed', partitions: 3 }]);
 */
export class MemoryKafka implements KafkaDriver {
  readonly name = 'memory';
  readonly #topics = new Map<string, IncomingRecord[][]>();
  /** The largest record that a topic takes, in bytes, where it has a limit. */
  readonly #limits = new Map<string, number>();
  readonly #groups = new Map<string, Group>();
  #members = 0;
  #unkeyed = 0;
  #failures: unknown[] = [];

  /** Makes topics; those that are there already stay as they are. */
  async createTopics(topics: readonly NewTopic[]): Promise<void> {
    for (const { topic, partitions, configuration } of topics) {
      if (this.#topics.has(topic)) continue;
      this.#topics.set(
        topic,
        Array.from({ length: partitions }, () => []),
      );
      const limit = configuration?.['max.message.bytes'];
      if (limit !== undefined) this.#limits.set(topic, Number(limit));
    }
  }

  /** What a topic holds, by partition and offset. */
  records(topic: string): readonly (readonly IncomingRecord[])[] {
    return this.#topics.get(topic) ?? [];
  }

  /** Lets the next sends fail, one for each error. */
  failSends(errors: readonly unknown[]): void {
    this.#failures = [...errors];
  }

  async createProducer(): Promise<DriverProducer> {
    return { send: (records) => this.#send(records), close: async () => {} };
  }

  async createConsumer(options: DriverConsumerOptions): Promise<DriverConsumer> {
    const group = this.#group(options.group);
    // Ids sort by age, so that who comes later gets the later partitions.
    this.#members += 1;
    const id = `member-${String(this.#members).padStart(6, '0')}`;
    const missing = options.topics.filter((topic) => !this.#topics.has(topic));
    if (missing.length > 0) throw new Error(`there is no topic ${missing.join(', ')}`);
    const consumer = new MemoryConsumer(options, {
      records: (place) => this.#topics.get(place.topic)?.[place.partition] ?? [],
      committed: (place) => group.committed.get(partitionKey(place)),
      commit: (offsets) => {
        for (const place of offsets) group.committed.set(partitionKey(place), place.offset);
      },
      leave: () => {
        group.members.delete(id);
        this.#rebalance(group);
      },
    });
    group.members.set(id, consumer);
    this.#rebalance(group);
    return consumer;
  }

  async createAdmin(): Promise<DriverAdmin> {
    return {
      createTopics: (topics) => this.createTopics(topics),
      addPartitions: async (topic, partitions) => {
        const present = this.#topics.get(topic);
        if (!present) throw new Error(`there is no topic ${topic}`);
        while (present.length < partitions) present.push([]);
        for (const group of this.#groups.values()) this.#rebalance(group);
      },
      partitionCounts: async (topics) => this.#partitionCounts(topics),
      partitionStates: async (group, topic, partitions) => this.#states(group, topic, partitions),
      close: async () => {},
    };
  }

  async #send(records: readonly OutgoingRecord[]): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const failure = this.#failures.shift();
    if (failure !== undefined) throw failure;
    const missing = records.map(({ topic }) => topic).filter((topic) => !this.#topics.has(topic));
    if (missing.length > 0) throw new Error(`there is no topic ${[...new Set(missing)].join(', ')}`);
    const large = records.filter((record) => sizeOf(record) > (this.#limits.get(record.topic) ?? Infinity));
    if (large.length > 0) throw new RecordTooLargeError(large.map(({ topic }) => topic));
    for (const { topic, partition, key, value, headers } of records) {
      const partitions = this.#topics.get(topic) ?? [];
      const bytes = key === undefined ? undefined : Buffer.from(key);
      const chosen =
        partition ?? (bytes ? partitionOf(bytes, partitions.length) : this.#unkeyed++ % partitions.length);
      const log = partitions[chosen];
      if (!log) throw new Error(`there is no partition ${chosen} of ${topic}`);
      log.push({
        topic,
        partition: chosen,
        offset: log.length,
        key: bytes,
        value: value && Buffer.from(value),
        headers: new Map(Object.entries(headers).map(([name, content]) => [name, Buffer.from(content)])),
        timestamp: Date.now(),
      });
    }
    for (const group of this.#groups.values()) {
      for (const member of group.members.values()) member.wake();
    }
  }

  #group(name: string): Group {
    let group = this.#groups.get(name);
    if (!group) {
      group = { committed: new Map(), members: new Map() };
      this.#groups.set(name, group);
    }
    return group;
  }

  #rebalance(group: Group): void {
    for (const member of group.members.values()) member.rebalancing();
    setImmediate(() => {
      const subscriptions = new Map([...group.members].map(([id, member]) => [id, member.topics]));
      const topics = new Set([...subscriptions.values()].flat());
      const assignment = assignByRange(subscriptions, this.#partitionCounts([...topics]));
      // As with a real group, nobody gets a partition before the other has lost it.
      for (const [id, member] of group.members) member.revoke(assignment.get(id) ?? []);
      for (const [id, member] of group.members) member.assign(assignment.get(id) ?? []);
    });
  }

  #partitionCounts(topics: readonly string[]): Map<string, number> {
    const counts = new Map<string, number>();
    for (const topic of topics) {
      const partitions = this.#topics.get(topic);
      if (partitions) counts.set(topic, partitions.length);
    }
    return counts;
  }

  #states(group: string, topic: string, partitions: readonly number[]): Map<number, PartitionState> {
    const { committed } = this.#group(group);
    return new Map(
      partitions.map((partition) => [
        partition,
        {
          earliest: 0,
          latest: this.#topics.get(topic)?.[partition]?.length ?? 0,
          committed: committed.get(partitionKey({ topic, partition })),
        },
      ]),
    );
  }
}

/** What a member needs of its broker. */
interface Broker {
  records(place: TopicPartition): readonly IncomingRecord[];
  committed(place: TopicPartition): number | undefined;
  commit(offsets: readonly PartitionOffset[]): void;
  leave(): void;
}

class MemoryConsumer implements DriverConsumer {
  readonly topics: readonly string[];
  readonly #options: DriverConsumerOptions;
  readonly #broker: Broker;
  /** The next offset of each partition that is this member's. */
  readonly #positions = new Map<string, { readonly place: TopicPartition; next: number }>();
  readonly #paused = new Set<string>();
  #isClosed = false;
  #isAwake = false;

  constructor(options: DriverConsumerOptions, broker: Broker) {
    this.topics = options.topics;
    this.#options = options;
    this.#broker = broker;
  }

  rebalancing(): void {
    if (!this.#isClosed && this.#positions.size > 0) this.#options.rebalancing();
  }

  revoke(assignment: readonly TopicPartition[]): void {
    const lost = without(this.#places(), assignment);
    for (const place of lost) this.#positions.delete(partitionKey(place));
    if (lost.length > 0) this.#options.revoked(lost);
  }

  assign(assignment: readonly TopicPartition[]): void {
    const gained = without(assignment, this.#places());
    for (const place of gained) {
      const start = this.#options.from === 'earliest' ? 0 : this.#broker.records(place).length;
      this.#paused.delete(partitionKey(place));
      this.#positions.set(partitionKey(place), { place, next: this.#broker.committed(place) ?? start });
    }
    if (gained.length > 0) this.#options.assigned(gained);
    this.wake();
  }

  wake(): void {
    if (this.#isAwake || this.#isClosed) return;
    this.#isAwake = true;
    setImmediate(() => {
      this.#isAwake = false;
      this.#deliver();
    });
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const place of partitions) this.#paused.add(partitionKey(place));
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const place of partitions) this.#paused.delete(partitionKey(place));
    this.wake();
  }

  async commit(offsets: readonly PartitionOffset[]): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#isClosed) throw new Error('the consumer is closed');
    this.#broker.commit(offsets.filter((place) => this.#positions.has(partitionKey(place))));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#positions.clear();
    this.#broker.leave();
  }

  #places(): TopicPartition[] {
    return [...this.#positions.values()].map(({ place }) => place);
  }

  #deliver(): void {
    let isMore = false;
    for (const [key, position] of this.#positions) {
      if (this.#isClosed) return;
      if (this.#paused.has(key)) continue;
      const log = this.#broker.records(position.place);
      const records = log.slice(position.next, position.next + BATCH);
      if (records.length === 0) continue;
      position.next += records.length;
      if (position.next < log.length) isMore = true;
      this.#options.received(records);
    }
    if (isMore) this.wake();
  }
}

function sizeOf({ key = '', value = new Uint8Array(), headers }: OutgoingRecord): number {
  const parts: (string | Uint8Array)[] = [key, value, ...Object.entries(headers).flat()];
  return parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
}
