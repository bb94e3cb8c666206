import { setTimeout as sleep } from 'node:timers/promises';
import type { DriverAdmin, NewTopic, PartitionState } from '../driver.ts';
import { partitionStatesOf } from '../partition-states.ts';
import { answer, codes, type ConfluentLibrary, hasCode, type LibraryAdmin } from './library.ts';

const TIMEOUT = 10_000;
/** A topic that was just made or changed has no leader that everybody knows yet: asked again so often. */
const TRIES = 20;
const TRY_INTERVAL = 250;

/** Administration by librdkafka. */
export class ConfluentAdmin implements DriverAdmin {
  readonly #library: ConfluentLibrary;
  readonly #admin: LibraryAdmin;

  constructor(library: ConfluentLibrary, admin: LibraryAdmin) {
    this.#library = library;
    this.#admin = admin;
  }

  async createTopics(topics: readonly NewTopic[]): Promise<void> {
    for (const { topic, partitions, replicas = -1, configuration = {} } of topics) {
      const wanted = {
        topic,
        num_partitions: partitions,
        replication_factor: replicas,
        config: configuration,
      };
      try {
        await answer((done) => this.#admin.createTopic(wanted, TIMEOUT, done));
      } catch (error) {
        if (!hasCode(error, codes.topicAlreadyExists)) throw error;
      }
    }
  }

  async addPartitions(topic: string, partitions: number): Promise<void> {
    await answer((done) => this.#admin.createPartitions(topic, partitions, TIMEOUT, done));
  }

  async partitionCounts(topics: readonly string[]): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    // What is not there must not be asked for: the library would remember that for minutes, whatever is made meanwhile.
    const present = await answer<readonly string[]>((done) =>
      this.#admin.listTopics({ timeout: TIMEOUT }, done),
    );
    const wanted = topics.filter((topic) => present.includes(topic));
    if (wanted.length === 0) return counts;
    const descriptions = await answer<Parameters<Parameters<LibraryAdmin['describeTopics']>[2]>[1]>((done) =>
      this.#admin.describeTopics(wanted, { timeout: TIMEOUT }, done),
    );
    for (const { name, error, partitions } of descriptions) {
      if (!error) counts.set(name, partitions.length);
      else if (!hasCode(error, codes.unknownTopic)) throw new Error(`${name}: ${error.message}`);
    }
    return counts;
  }

  async partitionStates(
    group: string,
    topic: string,
    partitions: readonly number[],
  ): Promise<Map<number, PartitionState>> {
    const { EARLIEST, LATEST } = this.#library.OffsetSpec;
    const [earliest, latest, committed] = await Promise.all([
      onceLed(() => this.#offsets(topic, partitions, EARLIEST)),
      onceLed(() => this.#offsets(topic, partitions, LATEST)),
      this.#committed(group, topic, partitions),
    ]);
    return partitionStatesOf(partitions, { earliest, latest, committed });
  }

  async close(): Promise<void> {
    this.#admin.disconnect();
  }

  async #offsets(
    topic: string,
    partitions: readonly number[],
    offset: unknown,
  ): Promise<Map<number, number>> {
    const places = partitions.map((partition) => ({ topic, partition, offset }));
    const found = await answer<Parameters<Parameters<LibraryAdmin['listOffsets']>[2]>[1]>((done) =>
      this.#admin.listOffsets(places, { timeout: TIMEOUT }, done),
    );
    return toMap(found);
  }

  async #committed(
    group: string,
    topic: string,
    partitions: readonly number[],
  ): Promise<Map<number, number>> {
    const asked = [{ groupId: group, partitions: partitions.map((partition) => ({ topic, partition })) }];
    const [found] = await answer<Parameters<Parameters<LibraryAdmin['listConsumerGroupOffsets']>[2]>[1]>(
      (done) => this.#admin.listConsumerGroupOffsets(asked, { timeout: TIMEOUT }, done),
    );
    if (found?.error) throw new Error(`${group}: ${found.error.message}`);
    return toMap(found?.partitions ?? []);
  }
}

type Places = Parameters<Parameters<LibraryAdmin['listOffsets']>[2]>[1];

function toMap(places: Places): Map<number, number> {
  const offsets = new Map<number, number>();
  for (const { topic, partition, offset, error } of places) {
    if (error && error.code !== 0) {
      const problem = `partition ${partition} of ${topic}: ${error.message}`;
      throw Object.assign(new Error(problem), { code: error.code });
    }
    // Below zero, or not a number, where the group has committed nothing.
    if (offset >= 0) offsets.set(partition, offset);
  }
  return offsets;
}

/** Asks again while the only problem is that no leader is known. */
async function onceLed<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (tries >= TRIES || !hasCode(error, ...leaderless)) throw error;
      await sleep(TRY_INTERVAL);
    }
  }
}

const leaderless = [codes.noEntry, codes.unknownTopic, codes.leaderNotAvailable, codes.notLeader];
