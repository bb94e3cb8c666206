import { type IncomingRecord, partitionKey, type PartitionState, type TopicPartition } from '../driver.ts';
import { delayTopicName } from '../topic-names.ts';
import { PartitionWork, type Workplace } from './partition-work.ts';

/** What {@link OwnPartitions} work with. */
export interface OwnPartitionsOptions {
  readonly group: string;
  readonly workplace: Workplace;
  /** Whether a topic is one whose events are handled, and no delay topic. */
  handles(topic: string): boolean;
  /** What is known of a partition of a delay topic. */
  delayState(place: TopicPartition): Promise<PartitionState>;
  failed(error: unknown): void;
  /** Tells of an error, and resolves when it is time to try again. */
  waitAfter(error: unknown): Promise<void>;
}

/** The partitions that are this member's, each of a topic together with the same one of its delay topic. */
export class OwnPartitions {
  readonly #options: OwnPartitionsOptions;
  /** Works by their partition and by that of their delay topic. */
  readonly #works = new Map<string, PartitionWork>();
  readonly #delayWorks = new Map<string, PartitionWork>();
  /** Ends of works that were taken away, by their partition: what is at hand runs on. */
  readonly #endings = new Map<string, Promise<void>>();
  #isStopped = false;

  constructor(options: OwnPartitionsOptions) {
    this.#options = options;
  }

  get works(): readonly PartitionWork[] {
    return [...this.#works.values()];
  }

  /** The work of a partition; undefined when it is not this member's. */
  workOf(place: TopicPartition): PartitionWork | undefined {
    return this.#works.get(partitionKey(place));
  }

  assigned(places: readonly TopicPartition[]): void {
    if (this.#isStopped) return;
    const { group, workplace, handles, failed } = this.#options;
    const keys = new Set(places.map(partitionKey));
    for (const place of places) {
      const { topic, partition } = place;
      if (!handles(topic)) continue;
      const delayPlace = { topic: delayTopicName(topic, group), partition };
      const work = new PartitionWork(place, delayPlace, workplace);
      this.#works.set(partitionKey(place), work);
      this.#delayWorks.set(partitionKey(delayPlace), work);
      if (keys.has(partitionKey(delayPlace))) void this.#open(work);
      else {
        const problem = `partition ${partition} of ${topic} came without that of ${delayPlace.topic}`;
        const remedy = 'restart the consumer, which gives both topics the same number of partitions';
        failed(new Error(`${problem}: ${remedy}`));
      }
    }
  }

  revoked(places: readonly TopicPartition[]): void {
    for (const place of places) {
      const key = partitionKey(place);
      const work = this.#works.get(key);
      if (!work) continue;
      work.stop();
      this.#works.delete(key);
      this.#delayWorks.delete(partitionKey(work.delayPlace));
      const ending = Promise.all([this.#endings.get(key), work.idle()]).then(() => {
        if (this.#endings.get(key) === ending) this.#endings.delete(key);
      });
      this.#endings.set(key, ending);
    }
  }

  /** Takes in records of one partition, be it of a topic or of a delay topic. */
  received(records: readonly IncomingRecord[]): void {
    const [first] = records;
    if (!first || this.#isStopped) return;
    const key = partitionKey(first);
    const work = this.#works.get(key);
    if (work) work.received(records);
    else this.#delayWorks.get(key)?.receivedDelayed(records);
  }

  /** Begins nothing more; what runs, runs on. */
  stop(): void {
    this.#isStopped = true;
    for (const work of this.#works.values()) work.stop();
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    await Promise.all([...this.#endings.values(), ...this.works.map((work) => work.idle())]);
  }

  clear(): void {
    this.#works.clear();
    this.#delayWorks.clear();
  }

  /** Finds out how much of the delay topic must be read before the parked keys of a partition are known. */
  async #open(work: PartitionWork): Promise<void> {
    const { delayState, waitAfter } = this.#options;
    // What is still at hand of the time before must not meet later events of its key.
    await this.#endings.get(partitionKey(work.place));
    while (this.workOf(work.place) === work && !this.#isStopped) {
      try {
        const { committed = 0, earliest, latest } = await delayState(work.delayPlace);
        work.openAt(Math.max(committed, earliest) >= latest ? undefined : latest);
        return;
      } catch (error) {
        await waitAfter(error);
      }
    }
  }
}
