import {
  type DriverConsumer,
  type DriverConsumerOptions,
  type IncomingRecord,
  type PartitionOffset,
  partitionKey,
  type TopicPartition,
} from '../driver.ts';
import {
  answer,
  codes,
  type ConfluentLibrary,
  type Configuration,
  type LibraryConsumer,
  type LibraryError,
  type LibraryOffset,
  type LibraryRecord,
  toError,
} from './library.ts';

/** The most records taken at once. */
const BATCH = 500;
/** Milliseconds that the library may wait for something: a thread of Node's pool waits with it. */
const POLL_TIME = 20;
/** Milliseconds between two looks, when the last one found nothing. */
const IDLE_TIME = 10;
const CONNECT_TIME = 30_000;

/**
 * A member of a group by librdkafka. Its partitions change only between two looks for records, so that it is always
 * known for which assignment a record came.
 */
export class ConfluentConsumer implements DriverConsumer {
  readonly #consumer: LibraryConsumer;
  readonly #options: DriverConsumerOptions;
  readonly #assignment = new Map<string, TopicPartition>();
  /** Commits under way, by what they commit. */
  readonly #commits = new Map<string, PromiseWithResolvers<void>[]>();
  /** What the group has decided meanwhile. */
  #decisions: (() => void)[] = [];
  #isClosed = false;
  #polling: Promise<void> = Promise.resolve();
  #wakeUp: (() => void) | undefined;
  readonly #joined = Promise.withResolvers<void>();

  private constructor(library: ConfluentLibrary, settings: Configuration, options: DriverConsumerOptions) {
    this.#options = options;
    this.#consumer = new library.KafkaConsumer(
      {
        ...settings,
        rebalance_cb: (error: LibraryError, places: readonly TopicPartition[]) =>
          this.#rebalanced(error, places),
        offset_commit_cb: (error: LibraryError | undefined, offsets: readonly LibraryOffset[]) =>
          this.#committed(error, offsets),
      },
      { 'auto.offset.reset': options.from },
    );
    this.#consumer.on('event.error', (error) => this.#fail(error));
  }

  /** Joins the group; resolves when this member belongs to it. */
  static async join(
    library: ConfluentLibrary,
    settings: Configuration,
    options: DriverConsumerOptions,
  ): Promise<ConfluentConsumer> {
    const consumer = new ConfluentConsumer(library, settings, options);
    await consumer.#start();
    return consumer;
  }

  pause(partitions: readonly TopicPartition[]): void {
    const places = this.#ours(partitions);
    if (places.length > 0) this.#try(() => this.#consumer.pause(places));
  }

  resume(partitions: readonly TopicPartition[]): void {
    const places = this.#ours(partitions);
    if (places.length > 0) this.#try(() => this.#consumer.resume(places));
  }

  async commit(offsets: readonly PartitionOffset[]): Promise<void> {
    if (this.#isClosed) throw new Error('the consumer is closed');
    const end = Promise.withResolvers<void>();
    const key = commitKey(offsets);
    this.#commits.set(key, [...(this.#commits.get(key) ?? []), end]);
    try {
      this.#consumer.commit([...offsets]);
    } catch (error) {
      this.#committed(error as LibraryError, offsets);
    }
    await end.promise;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#wakeUp?.();
    await this.#polling;
    this.#assignment.clear();
    // Leaves the group, too.
    await answer((done) => this.#consumer.disconnect(done));
    const error = new Error('the consumer is closed');
    for (const end of [...this.#commits.values()].flat()) end.reject(error);
  }

  #committed(error: LibraryError | undefined, offsets: readonly LibraryOffset[]): void {
    const key = commitKey(offsets);
    const [end, ...others] = this.#commits.get(key) ?? [];
    if (others.length > 0) this.#commits.set(key, others);
    else this.#commits.delete(key);
    const failure = error ?? offsets.find((place) => place.error && place.error.code !== 0)?.error;
    if (failure) end?.reject(toError(failure));
    else end?.resolve();
  }

  async #start(): Promise<void> {
    try {
      await answer((done) => this.#consumer.connect({ timeout: CONNECT_TIME }, done));
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#consumer.setDefaultConsumeTimeout(POLL_TIME);
    this.#consumer.subscribe([...this.#options.topics]);
    this.#polling = this.#poll();
    await this.#joined.promise;
  }

  async #poll(): Promise<void> {
    while (!this.#isClosed) {
      for (const decide of this.#decisions.splice(0)) decide();
      try {
        const records = await answer<readonly LibraryRecord[]>((done) => this.#consumer.consume(BATCH, done));
        this.#take(records);
        if (records.length === 0) await this.#idle();
      } catch (error) {
        this.#fail(error);
        await this.#idle();
      }
    }
  }

  #idle(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, IDLE_TIME);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #rebalanced(error: LibraryError | undefined, places: readonly TopicPartition[]): void {
    // On leaving, the library waits for this answer.
    if (this.#isClosed) this.#try(() => this.#consumer.unassign());
    else if (error?.code === codes.assignPartitions) {
      this.#decisions.push(() => this.#assign(places.map(toPlace)));
    } else {
      // While it is still in time.
      if (error?.code === codes.revokePartitions) this.#options.rebalancing();
      else if (error) this.#fail(error);
      this.#decisions.push(() => this.#unassign());
    }
  }

  #assign(places: readonly TopicPartition[]): void {
    if (this.#isClosed) return;
    this.#try(() => this.#consumer.assign(places));
    for (const place of places) this.#assignment.set(partitionKey(place), place);
    if (places.length > 0) this.#options.assigned(places);
    this.#joined.resolve();
  }

  /** By the protocol that is used, a member gives up all before it is given anew what it keeps. */
  #unassign(): void {
    const lost = [...this.#assignment.values()];
    this.#assignment.clear();
    if (lost.length > 0) this.#options.revoked(lost);
    this.#try(() => this.#consumer.unassign());
  }

  #take(records: readonly LibraryRecord[]): void {
    for (const [key, some] of Map.groupBy(records, partitionKey)) {
      if (this.#assignment.has(key) && !this.#isClosed) this.#options.received(some.map(toRecord));
    }
  }

  #ours(partitions: readonly TopicPartition[]): TopicPartition[] {
    return partitions.filter((place) => this.#assignment.has(partitionKey(place))).map(toPlace);
  }

  #try(act: () => unknown): void {
    try {
      act();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    this.#options.failed(error instanceof Error ? error : toError(error as LibraryError));
  }
}

function commitKey(offsets: readonly PartitionOffset[]): string {
  return offsets
    .map((place) => `${partitionKey(place)}@${place.offset}`)
    .sort()
    .join();
}

function toPlace({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}

/** A record as the library has it, in the driver's terms. */
export function toRecord(record: LibraryRecord): IncomingRecord {
  const { topic, partition, offset, key, value, headers, timestamp } = record;
  const read = new Map<string, Buffer>();
  for (const header of headers ?? []) {
    for (const [name, content] of Object.entries(header)) read.set(name, toBuffer(content));
  }
  return {
    topic,
    partition,
    offset,
    key: key === null || key === undefined ? undefined : toBuffer(key),
    value: value ?? undefined,
    headers: read,
    timestamp: timestamp ?? 0,
  };
}

function toBuffer(content: Buffer | string): Buffer {
  return typeof content === 'string' ? Buffer.from(content) : content;
}
