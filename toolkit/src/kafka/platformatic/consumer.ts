import type { Consumer, GroupPartitionsAssigner } from '@platformatic/kafka';
import {
  type DriverConsumer,
  type DriverConsumerOptions,
  type PartitionOffset,
  partitionKey,
  type TopicPartition,
} from '../driver.ts';
import { assignByRange, without } from '../range-assignment.ts';
import type { ClientOptions } from './driver.ts';
import { Fetcher } from './fetcher.ts';

type ConsumerClass = typeof Consumer;

const RETRY_FIRST = 250;
const RETRY_LONGEST = 10_000;
/** Heartbeats per session timeout. */
const HEARTBEATS = 10;

/**
 * A member of a group by `@platformatic/kafka`. Membership and fetching are two clients: a fetch waits at the broker,
 * and what comes after it on the same connection waits with it.
 *
 * The library's stream of messages is not used: it ends with the first broker that is away for long, reads partitions
 * again that a rebalance did not move, and can't leave out a partition whose records pile up.
 */
export class PlatformaticConsumer implements DriverConsumer {
  readonly #consumerClass: ConsumerClass;
  readonly #clientOptions: ClientOptions;
  readonly #sessionTimeout: number;
  readonly #options: DriverConsumerOptions;
  readonly #fetcher: Fetcher;
  #member: Consumer | undefined;
  #assignment: TopicPartition[] = [];
  #memberId: string | null = null;
  #generation = -1;
  #isClosed = false;
  #isRejoining = false;
  #wakeUp: (() => void) | undefined;

  private constructor(
    consumerClass: ConsumerClass,
    clientOptions: ClientOptions,
    sessionTimeout: number,
    options: DriverConsumerOptions,
  ) {
    this.#consumerClass = consumerClass;
    this.#clientOptions = clientOptions;
    this.#sessionTimeout = sessionTimeout;
    this.#options = options;
    this.#fetcher = new Fetcher(
      this.#createClient(),
      options,
      (places) => this.#committed(places),
      (error) => this.#fail(error),
    );
  }

  /** Joins the group; resolves when this member belongs to it. */
  static async join(
    consumerClass: ConsumerClass,
    clientOptions: ClientOptions,
    sessionTimeout: number,
    options: DriverConsumerOptions,
  ): Promise<PlatformaticConsumer> {
    const consumer = new PlatformaticConsumer(consumerClass, clientOptions, sessionTimeout, options);
    try {
      await consumer.#join();
    } catch (error) {
      await consumer.close();
      throw error;
    }
    return consumer;
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#fetcher.pause(partitions);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#fetcher.resume(partitions);
  }

  async commit(offsets: readonly PartitionOffset[]): Promise<void> {
    const member = this.#member;
    if (!member || this.#isClosed) throw new Error('the consumer is no member of its group at the moment');
    await member.commit({
      offsets: offsets.map(({ topic, partition, offset }) => ({
        topic,
        partition,
        offset: BigInt(offset),
        leaderEpoch: -1,
      })),
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#wakeUp?.();
    this.#assignment = [];
    await Promise.all([this.#fetcher.close(), this.#leave()]);
  }

  async #join(): Promise<void> {
    const { topics } = this.#options;
    const member = this.#createClient();
    this.#member = member;
    member.topics.trackAll(...topics);
    member.on('consumer:group:rebalance', () => this.#options.rebalancing());
    member.on('consumer:group:join', ({ memberId, generationId, assignments }) => {
      if (member !== this.#member || this.#isClosed) return;
      this.#assigned(memberId, generationId ?? -1, assignments ?? []);
    });
    // It has given up its membership, and does not try again by itself.
    member.on('error' as never, ((error: unknown) => this.#rejoin(member, error)) as never);
    member.on('consumer:heartbeat:stalled', ({ lastError }) => this.#rejoin(member, lastError));
    await member.joinGroup({});
  }

  #createClient(): Consumer {
    return new this.#consumerClass({
      ...this.#clientOptions,
      groupId: this.#options.group,
      sessionTimeout: this.#sessionTimeout,
      rebalanceTimeout: this.#sessionTimeout,
      heartbeatInterval: Math.floor(this.#sessionTimeout / HEARTBEATS),
      protocols: [{ name: 'range', version: 1 }],
      partitionAssigner: rangeAssigner,
      autocommit: false,
    });
  }

  #assigned(
    memberId: string,
    generation: number,
    assignments: readonly { topic: string; partitions: number[] }[],
  ) {
    const next = assignments.flatMap(({ topic, partitions }) =>
      partitions.map((partition) => ({ topic, partition })),
    );
    // Who missed a generation does not know who had its partitions meanwhile.
    const isContinued = memberId === this.#memberId && generation === this.#generation + 1;
    const before = this.#assignment;
    const kept = isContinued ? next : [];
    this.#memberId = memberId;
    this.#generation = generation;
    this.#assignment = next;
    const lost = without(before, kept);
    if (lost.length > 0) {
      this.#fetcher.remove(lost);
      this.#options.revoked(lost);
    }
    const gained = isContinued ? without(next, before) : next;
    if (gained.length > 0) {
      this.#options.assigned(gained);
      this.#fetcher.add(gained);
    }
  }

  /** Becomes a member anew, however long it takes. */
  #rejoin(member: Consumer, error: unknown): void {
    if (this.#isClosed || this.#isRejoining || member !== this.#member) return;
    this.#isRejoining = true;
    this.#options.failed(error);
    const lost = this.#assignment;
    this.#assignment = [];
    this.#memberId = null;
    if (lost.length > 0) {
      this.#fetcher.remove(lost);
      this.#options.revoked(lost);
    }
    void this.#joinUntilItWorks();
  }

  async #joinUntilItWorks(): Promise<void> {
    for (let delay = RETRY_FIRST; !this.#isClosed; delay = Math.min(delay * 2, RETRY_LONGEST)) {
      try {
        await this.#leave();
        await this.#join();
        break;
      } catch (error) {
        if (!this.#isClosed) this.#options.failed(error);
      }
      await this.#pauseFor(delay);
    }
    this.#isRejoining = false;
  }

  #pauseFor(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #leave(): Promise<void> {
    const member = this.#member;
    this.#member = undefined;
    // A broker that can't be reached finds out by itself that the member is gone.
    await member?.close(true).catch(() => {});
  }

  async #committed(places: readonly TopicPartition[]): Promise<Map<string, number>> {
    const committed = new Map<string, number>();
    if (!this.#member) throw new Error('the consumer is no member of its group at the moment');
    const topics = [...new Set(places.map(({ topic }) => topic))].map((topic) => ({
      topic,
      partitions: places.filter((place) => place.topic === topic).map(({ partition }) => partition),
    }));
    const offsets = await this.#member.listCommittedOffsets({ topics });
    for (const place of places) {
      const offset = offsets.get(place.topic)?.[place.partition];
      if (offset !== undefined && offset >= 0n) committed.set(partitionKey(place), Number(offset));
    }
    return committed;
  }

  #fail(error: unknown): void {
    if (!this.#isClosed) this.#options.failed(error);
  }
}

const rangeAssigner: GroupPartitionsAssigner = (_, members, topics, metadata) => {
  const subscriptions = new Map([...members].map(([id, member]) => [id, member.topics ?? [...topics]]));
  const counts = new Map<string, number>();
  for (const topic of topics) counts.set(topic, metadata.topics.get(topic)?.partitionsCount ?? 0);
  return [...assignByRange(subscriptions, counts)].map(([memberId, places]) => {
    const assignments = new Map<string, { topic: string; partitions: number[] }>();
    for (const { topic, partition } of places) {
      const assignment = assignments.get(topic) ?? { topic, partitions: [] };
      assignment.partitions.push(partition);
      assignments.set(topic, assignment);
    }
    return { memberId, assignments };
  });
};
