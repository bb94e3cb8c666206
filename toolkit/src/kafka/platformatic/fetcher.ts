import type { ClusterMetadata, Consumer } from '@platformatic/kafka';
import {
  type DriverConsumerOptions,
  type IncomingRecord,
  partitionKey,
  type TopicPartition,
} from '../driver.ts';
import { hasError } from './protocol-errors.ts';

const EARLIEST = -2n;
const LATEST = -1n;
/** Milliseconds that a broker may wait for something to send. */
const LONGEST_WAIT = 250;
/** The same while some partitions are paused: whoever resumes one waits for the request that is under way. */
const SHORTEST_WAIT = 20;
const PARTITION_BYTES = 1024 * 1024;
const RETRY = 500;
/** By the protocol: the batch says when a transaction ended and holds no data. */
const CONTROL_BATCH = 0b10_0000;

type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>;

interface Position extends TopicPartition {
  /** Offset of the next record; undefined until it is known. */
  next: number | undefined;
}

/** Fetches the records of partitions, each from where the group has got to; one request to each broker at a time. */
export class Fetcher {
  readonly #client: Consumer;
  readonly #options: DriverConsumerOptions;
  readonly #committed: (places: readonly TopicPartition[]) => Promise<Map<string, number>>;
  readonly #fail: (error: unknown) => void;
  readonly #positions = new Map<string, Position>();
  readonly #paused = new Set<string>();
  readonly #fetching = new Set<number>();
  #isClosed = false;
  #isPlanning = false;
  #planAgain = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(
    client: Consumer,
    options: DriverConsumerOptions,
    committed: (places: readonly TopicPartition[]) => Promise<Map<string, number>>,
    fail: (error: unknown) => void,
  ) {
    this.#client = client;
    this.#options = options;
    this.#committed = committed;
    this.#fail = fail;
    client.topics.trackAll(...options.topics);
  }

  add(places: readonly TopicPartition[]): void {
    for (const place of places) {
      this.#paused.delete(partitionKey(place));
      this.#positions.set(partitionKey(place), { ...place, next: undefined });
    }
    this.#plan();
  }

  remove(places: readonly TopicPartition[]): void {
    for (const place of places) this.#positions.delete(partitionKey(place));
  }

  pause(places: readonly TopicPartition[]): void {
    for (const place of places) this.#paused.add(partitionKey(place));
  }

  resume(places: readonly TopicPartition[]): void {
    for (const place of places) this.#paused.delete(partitionKey(place));
    this.#plan();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#positions.clear();
    await this.#client.close(true).catch(() => {});
  }

  /** Sends a request to each broker that has something to fetch and none at hand. */
  #plan(): void {
    if (this.#isPlanning) {
      this.#planAgain = true;
      return;
    }
    this.#isPlanning = true;
    this.#request()
      .catch((error: unknown) => this.#tryAgain(error))
      .finally(() => {
        this.#isPlanning = false;
        if (!this.#planAgain) return;
        this.#planAgain = false;
        this.#plan();
      });
  }

  #tryAgain(error: unknown): void {
    if (this.#isClosed) return;
    this.#fail(error);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#plan(), RETRY);
  }

  async #request(): Promise<void> {
    if (this.#isClosed || this.#positions.size === 0) return;
    await this.#findPositions();
    const metadata = await this.#client.metadata({ topics: [...this.#options.topics] });
    const wanted = new Map<number, Position[]>();
    for (const [key, position] of this.#positions) {
      if (position.next === undefined || this.#paused.has(key)) continue;
      const leader = metadata.topics.get(position.topic)?.partitions[position.partition]?.leader;
      if (leader === undefined || leader < 0) {
        this.#client.clearMetadata();
        throw new Error(`partition ${position.partition} of ${position.topic} has no leader at the moment`);
      }
      wanted.set(leader, [...(wanted.get(leader) ?? []), position]);
    }
    for (const [node, positions] of wanted) {
      if (this.#fetching.has(node) || this.#isClosed) continue;
      this.#fetching.add(node);
      void this.#fetch(node, positions, metadata);
    }
  }

  async #fetch(node: number, positions: readonly Position[], metadata: ClusterMetadata): Promise<void> {
    const ids = new Map<string, string>();
    const asked = new Map(positions.map((position) => [position, position.next]));
    const topics = positions.map(({ topic, partition, next }) => {
      const topicId = metadata.topics.get(topic)?.id ?? '';
      ids.set(topicId, topic);
      return {
        topicId,
        partitions: [
          {
            partition,
            fetchOffset: BigInt(next ?? 0),
            partitionMaxBytes: PARTITION_BYTES,
            currentLeaderEpoch: -1,
            lastFetchedEpoch: -1,
          },
        ],
      };
    });
    try {
      const isPaused = [...this.#positions.keys()].some((key) => this.#paused.has(key));
      const maxWaitTime = isPaused ? SHORTEST_WAIT : LONGEST_WAIT;
      const response = await this.#client.fetch({ node, topics, maxWaitTime });
      this.#fetching.delete(node);
      this.#take(response, ids, asked);
      this.#plan();
    } catch (error) {
      this.#fetching.delete(node);
      if (hasError(error, 'OFFSET_OUT_OF_RANGE')) await this.#skipWhatIsGone(positions).catch(() => {});
      this.#tryAgain(error);
    }
  }

  #take(
    response: FetchResponse,
    ids: ReadonlyMap<string, string>,
    asked: ReadonlyMap<Position, number | undefined>,
  ): void {
    for (const { topicId, partitions } of response.responses) {
      const topic = ids.get(topicId);
      if (topic === undefined) continue;
      for (const { partitionIndex: partition, records: batches } of partitions) {
        const position = this.#positions.get(partitionKey({ topic, partition }));
        if (position?.next === undefined || !batches) continue;
        // Taken away, and perhaps given back, while the request was under way.
        if (asked.get(position) !== position.next) continue;
        const records: IncomingRecord[] = [];
        let { next } = position;
        for (const batch of batches) {
          const first = Number(batch.firstOffset);
          if ((batch.attributes & CONTROL_BATCH) === 0) {
            for (const record of batch.records) {
              const offset = first + record.offsetDelta;
              // Brokers send whole batches, also when they begin before the offset that was asked for.
              if (offset < next) continue;
              records.push({
                topic,
                partition,
                offset,
                key: record.key ?? undefined,
                value: record.value ?? undefined,
                headers: readHeaders(record.headers),
                timestamp: Number(batch.firstTimestamp + record.timestampDelta),
              });
            }
          }
          next = Math.max(next, first + batch.lastOffsetDelta + 1);
        }
        position.next = next;
        if (records.length > 0) this.#options.received(records);
      }
    }
  }

  /** Finds out from where to read those that are new. */
  async #findPositions(): Promise<void> {
    const unknown = [...this.#positions.values()].filter(({ next }) => next === undefined);
    if (unknown.length === 0) return;
    const committed = await this.#committed(unknown);
    const fresh = unknown.filter((position) => !committed.has(partitionKey(position)));
    const starts = await this.#offsets(fresh, this.#options.from === 'earliest' ? EARLIEST : LATEST);
    for (const position of unknown) {
      position.next = committed.get(partitionKey(position)) ?? starts.get(partitionKey(position));
    }
  }

  /** Records that were not read in time have been deleted: goes on with the oldest that is left. */
  async #skipWhatIsGone(positions: readonly Position[]): Promise<void> {
    const earliest = await this.#offsets(positions, EARLIEST);
    for (const position of positions) {
      const oldest = earliest.get(partitionKey(position));
      if (oldest !== undefined && position.next !== undefined && position.next < oldest)
        position.next = oldest;
    }
  }

  async #offsets(places: readonly TopicPartition[], timestamp: bigint): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    const topics = [...new Set(places.map(({ topic }) => topic))];
    if (topics.length === 0) return found;
    const partitions = Object.fromEntries(
      topics.map((topic) => [
        topic,
        places.filter((place) => place.topic === topic).map(({ partition }) => partition),
      ]),
    );
    const offsets = await this.#client.listOffsets({ topics, partitions, timestamp });
    for (const place of places) {
      const offset = offsets.get(place.topic)?.[place.partition];
      if (offset !== undefined) found.set(partitionKey(place), Number(offset));
    }
    return found;
  }
}

function readHeaders(headers: readonly (readonly [Buffer | null, Buffer | null])[]): Map<string, Buffer> {
  const read = new Map<string, Buffer>();
  for (const [name, value] of headers) {
    if (name !== null) read.set(name.toString('utf8'), value ?? Buffer.alloc(0));
  }
  return read;
}
