import type { Admin } from '@platformatic/kafka';
import type { DriverAdmin, NewTopic, PartitionState } from '../driver.ts';
import { partitionStatesOf } from '../partition-states.ts';
import { hasError } from './protocol-errors.ts';

const EARLIEST = -2n;
const LATEST = -1n;

/** Administration by `@platformatic/kafka`. */
export class PlatformaticAdmin implements DriverAdmin {
  readonly #admin: Admin;

  constructor(admin: Admin) {
    this.#admin = admin;
  }

  async createTopics(topics: readonly NewTopic[]): Promise<void> {
    // One at a time: an error about one of several says nothing about the others.
    for (const { topic, partitions, replicas = -1, configuration = {} } of topics) {
      const configs = Object.entries(configuration).map(([name, value]) => ({ name, value }));
      try {
        await this.#admin.createTopics({ topics: [topic], partitions, replicas, configs });
      } catch (error) {
        if (!hasError(error, 'TOPIC_ALREADY_EXISTS')) throw error;
      }
    }
  }

  async addPartitions(topic: string, partitions: number): Promise<void> {
    await this.#admin.createPartitions({ topics: [{ name: topic, count: partitions }] });
  }

  async partitionCounts(topics: readonly string[]): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    const present = new Set(await this.#admin.listTopics());
    const wanted = topics.filter((topic) => present.has(topic));
    if (wanted.length === 0) return counts;
    const metadata = await this.#admin.metadata({ topics: wanted, forceUpdate: true });
    for (const topic of wanted) counts.set(topic, metadata.topics.get(topic)?.partitionsCount ?? 0);
    return counts;
  }

  async partitionStates(
    group: string,
    topic: string,
    partitions: readonly number[],
  ): Promise<Map<number, PartitionState>> {
    const list = async (timestamp: bigint): Promise<Map<number, number>> => {
      const places = partitions.map((partitionIndex) => ({ partitionIndex, timestamp }));
      const listed = await this.#admin.listOffsets({ topics: [{ name: topic, partitions: places }] });
      return new Map(
        listed
          .filter(({ name }) => name === topic)
          .flatMap((found) =>
            found.partitions.map(({ partitionIndex, offset }) => [partitionIndex, Number(offset)]),
          ),
      );
    };
    const topics = [{ name: topic, partitionIndexes: [...partitions] }];
    const [earliest, latest, groups] = await Promise.all([
      list(EARLIEST),
      list(LATEST),
      this.#admin.listConsumerGroupOffsets({ groups: [{ groupId: group, topics }] }),
    ]);
    const committed = new Map<number, number>();
    for (const found of groups.flatMap((listed) => listed.topics)) {
      if (found.name !== topic) continue;
      for (const { partitionIndex, committedOffset } of found.partitions) {
        if (committedOffset >= 0n) committed.set(partitionIndex, Number(committedOffset));
      }
    }
    return partitionStatesOf(partitions, { earliest, latest, committed });
  }

  async close(): Promise<void> {
    await this.#admin.close();
  }
}
