import { type Clock, systemClock } from '../clock/index.ts';
import { deadLetterHeaders } from './consumer/dead-letters.ts';
import { withDelay } from './consumer/delay-headers.ts';
import type { DeadLetterReason } from './consumer/observed.ts';
import { prepareTopics } from './consumer/topics.ts';
import type { DriverAdmin, DriverConsumer, IncomingRecord, KafkaDriver, TopicPartition } from './driver.ts';
import { RecordTooLargeError } from './record-too-large.ts';
import { deadLetterTopicName, delayTopicName } from './topic-names.ts';

/**
 * A dead letter as {@link replayDeadLetters} shows it.
 *
 * @example
 * const isOld = (letter: DeadLetter) => letter.reason === 'attempts';
 */
export interface DeadLetter {
  readonly topic: string;
  readonly partition: number;
  /** Its offset in its topic. */
  readonly offset: number;
  readonly key: string | undefined;
  /** Undefined for a tombstone, and where it was too large for a letter: then `truncated` tells its bytes. */
  readonly value: Buffer | undefined;
  /** Bytes of a value that is only at its origin; it is replayed only if `repair` gives it one. */
  readonly truncated: number | undefined;
  readonly reason: DeadLetterReason;
  readonly error: string;
  readonly attempts: number;
  /** When it was given up, in ISO 8601. */
  readonly time: string;
}

/**
 * What {@link replayDeadLetters} takes.
 *
 * @example
 * const options: ReplayOptions = { driver, topic: 'orders.placed', group: 'billing' };
 */
export interface ReplayOptions {
  readonly driver: KafkaDriver;
  readonly topic: string;
  /** The group whose dead letters they are. */
  readonly group: string;
  /** Which to replay; the others are passed over for good. @default all */
  readonly select?: (letter: DeadLetter) => boolean;
  /** Changes the value before it is tried again, such as to repair it. @default as it is */
  readonly repair?: (letter: DeadLetter) => Uint8Array | undefined;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * What a replay did.
 *
 * @example
 * const { replayed, passedOver }: ReplayResult = await replayDeadLetters(options);
 */
export interface ReplayResult {
  readonly replayed: number;
  readonly passedOver: number;
}

/**
 * Gives the dead letters of a group another round of attempts, as far as there are any at this moment. They go to the
 * group's delay topic, so that no other group sees them again, and each waits its turn among the records of its key.
 * What was replayed, or passed over, is not replayed again; what is too large for the delay topic is passed over. A replay that was interrupted goes on where it was.
 *
 * @example
 * const { replayed } = await replayDeadLetters({ driver, topic: 'orders.placed', group: 'billing' });
 */
export async function replayDeadLetters(options: ReplayOptions): Promise<ReplayResult> {
  const { driver, topic, group } = options;
  const admin = await driver.createAdmin();
  try {
    await prepareTopics(admin, group, [topic], false);
    const left = await unreadLetters(admin, topic, group);
    if (left.size === 0) return { replayed: 0, passedOver: 0 };
    return await replay(options, left);
  } finally {
    await admin.close();
  }
}

/** The end of each partition of the dead letters that has some which were not replayed, by partition. */
async function unreadLetters(admin: DriverAdmin, topic: string, group: string): Promise<Map<number, number>> {
  const dead = deadLetterTopicName(topic, group);
  const count = (await admin.partitionCounts([dead])).get(dead) ?? 0;
  const partitions = Array.from({ length: count }, (_, partition) => partition);
  const states = await admin.partitionStates(replayGroup(group), dead, partitions);
  const left = new Map<number, number>();
  for (const [partition, { committed, earliest, latest }] of states) {
    if (Math.max(committed ?? 0, earliest) < latest) left.set(partition, latest);
  }
  return left;
}

async function replay(options: ReplayOptions, left: Map<number, number>): Promise<ReplayResult> {
  const { driver, topic, group, select = () => true, repair, clock = systemClock } = options;
  const producer = await driver.createProducer();
  const { promise: finished, resolve: finish, reject: fail } = Promise.withResolvers<void>();
  let replayed = 0;
  let passedOver = 0;
  let work: Promise<void> = Promise.resolve();
  let consumer: DriverConsumer | undefined;
  const { promise: joined, resolve: join } = Promise.withResolvers<DriverConsumer>();

  /** Puts a letter's record into the delay topic; false when it can't be there. */
  const sendBack = async (letter: DeadLetter, record: IncomingRecord): Promise<boolean> => {
    const value = repair ? repair(letter) : record.value;
    if (value === undefined && letter.truncated !== undefined) return false;
    const headers = new Map(record.headers);
    for (const name of Object.values(deadLetterHeaders)) headers.delete(name);
    try {
      await producer.send([
        {
          topic: delayTopicName(topic, group),
          partition: record.partition,
          ...(record.key && { key: record.key }),
          ...(value && { value }),
          headers: withDelay(headers, { origin: letter.offset, attempts: 0, notBefore: clock.wall() }),
        },
      ]);
      return true;
    } catch (error) {
      if (error instanceof RecordTooLargeError) return false;
      throw error;
    }
  };
  const handle = async (record: IncomingRecord): Promise<void> => {
    const end = left.get(record.partition);
    if (end === undefined || record.offset >= end) return;
    const letter = readLetter(topic, record);
    if (letter && select(letter) && (await sendBack(letter, record))) replayed += 1;
    else passedOver += 1;
    const { partition, offset } = record;
    await (await joined).commit([{ topic: record.topic, partition, offset: offset + 1 }]);
    if (offset + 1 >= end) left.delete(partition);
    if (left.size === 0) finish();
  };

  try {
    consumer = await driver.createConsumer({
      group: replayGroup(group),
      topics: [deadLetterTopicName(topic, group)],
      from: 'earliest',
      assigned: () => {},
      // Another replay at the same time has the rest.
      revoked: (places: readonly TopicPartition[]) => {
        for (const { partition } of places) left.delete(partition);
        if (left.size === 0) finish();
      },
      rebalancing: () => {},
      received: (records) => {
        for (const record of records) work = work.then(() => handle(record));
        work.catch(fail);
      },
      failed: () => {},
    });
    join(consumer);
    await finished;
    return { replayed, passedOver };
  } finally {
    await consumer?.close();
    await producer.close();
  }
}

function replayGroup(group: string): string {
  return `${group}.replay`;
}

const reasons = new Set<string>(['invalid', 'attempts', 'refused', 'too-large'] satisfies DeadLetterReason[]);

function readLetter(topic: string, record: IncomingRecord): DeadLetter | undefined {
  const text = (name: string) => record.headers.get(name)?.toString('utf8') ?? '';
  const reason = text(deadLetterHeaders.reason);
  const origin = text(deadLetterHeaders.origin);
  const truncated = text(deadLetterHeaders.truncated);
  if (!reasons.has(reason) || !/^\d{1,16}$/.test(origin)) return undefined;
  return {
    topic,
    partition: record.partition,
    offset: Number(origin),
    key: record.key?.toString('utf8'),
    value: record.value,
    truncated: truncated === '' ? undefined : Number(truncated),
    reason: reason as DeadLetterReason,
    error: text(deadLetterHeaders.error),
    attempts: Number(text(deadLetterHeaders.attempts)),
    time: text(deadLetterHeaders.time),
  };
}
