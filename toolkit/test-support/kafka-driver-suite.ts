import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import type {
  DriverConsumer,
  DriverConsumerOptions,
  IncomingRecord,
  KafkaDriver,
  TopicPartition,
} from '../src/kafka/index.ts';
import { partitionOf } from '../src/kafka/partitioner.ts';
import { until } from './until.ts';

/** A name that no other test has. */
export function unique(name: string): string {
  return `${name}-${randomUUID().slice(0, 8)}`;
}

/** A member of a group that writes down what it is told. */
async function join(
  driver: KafkaDriver,
  options: Pick<DriverConsumerOptions, 'group' | 'topics'> & Partial<DriverConsumerOptions>,
) {
  const records: IncomingRecord[] = [];
  let places: TopicPartition[] = [];
  const key = ({ topic, partition }: TopicPartition) => `${topic}/${partition}`;
  const consumer: DriverConsumer = await driver.createConsumer({
    from: 'earliest',
    assigned: (gained) => {
      places = [...places, ...gained];
    },
    revoked: (lost) => {
      const keys = new Set(lost.map(key));
      places = places.filter((place) => !keys.has(key(place)));
    },
    rebalancing: () => {},
    received: (received) => void records.push(...received),
    failed: () => {},
    ...options,
  });
  return { consumer, records, places: () => places.map(key).sort() };
}

async function send(driver: KafkaDriver, topic: string, keys: readonly string[]): Promise<void> {
  const producer = await driver.createProducer();
  await producer.send(
    keys.map((key, index) => ({ topic, key, value: Buffer.from(String(index)), headers: {} })),
  );
  await producer.close();
}

/**
 * What every client of Kafka must do, whichever it is.
 *
 * @param impatient makes one that gives up soon, for what can't work
 */
export function describeDriver(create: () => KafkaDriver, impatient: () => KafkaDriver = create): void {
  const make = async (partitions: number, ...names: string[]): Promise<string[]> => {
    const admin = await create().createAdmin();
    const topics = names.map(unique);
    await admin.createTopics(topics.map((topic) => ({ topic, partitions })));
    await until(async () => (await admin.partitionCounts(topics)).size === topics.length);
    await admin.close();
    return topics;
  };

  it('delivers what was sent, as it was sent, in the order of each partition', async () => {
    const [topic = ''] = await make(2, 'delivered');
    const producer = await create().createProducer();
    await producer.send([
      {
        topic,
        partition: 0,
        key: 'a',
        value: Buffer.from('one'),
        headers: { text: 'grün', bytes: new Uint8Array([0, 255]) },
      },
      { topic, partition: 1, value: Buffer.from('two'), headers: {} },
      { topic, partition: 0, key: new Uint8Array([255, 0]), headers: {} },
    ]);
    const { consumer, records } = await join(create(), { group: unique('g'), topics: [topic] });
    await until(() => records.length === 3);
    const [first, third] = records.filter(({ partition }) => partition === 0);
    const second = records.find(({ partition }) => partition === 1);
    assert.equal(first?.value?.toString(), 'one');
    assert.equal(first.key?.toString(), 'a');
    assert.equal(first.headers.get('text')?.toString(), 'grün');
    assert.deepEqual(first.headers.get('bytes'), Buffer.from([0, 255]));
    assert.ok(Math.abs(first.timestamp - Date.now()) < 600_000);
    assert.equal(second?.key, undefined);
    assert.equal(third?.value, undefined, 'a tombstone');
    assert.deepEqual(third?.key, Buffer.from([255, 0]));
    assert.deepEqual([first.offset, third?.offset], [0, 1]);
    await Promise.all([consumer.close(), producer.close()]);
  });

  it('gives a key the partition that every other client gives it', async () => {
    const [topic = ''] = await make(5, 'keyed');
    const keys = Array.from({ length: 60 }, (_, index) => `order-${index * 7919}`);
    await send(create(), topic, keys);
    const { consumer, records } = await join(create(), { group: unique('g'), topics: [topic] });
    await until(() => records.length === keys.length);
    for (const { key, partition } of records) {
      assert.equal(partition, partitionOf(key ?? Buffer.alloc(0), 5), key?.toString());
    }
    await consumer.close();
  });

  it('begins a group where it is told to, and goes on where it has committed', async () => {
    const [topic = ''] = await make(1, 'committed');
    const group = unique('g');
    await send(create(), topic, ['a', 'b', 'c']);
    const late = await join(create(), { group: unique('late'), topics: [topic], from: 'latest' });
    await until(() => late.places().length === 1);
    const first = await join(create(), { group, topics: [topic] });
    await until(() => first.records.length === 3);
    await first.consumer.commit([{ topic, partition: 0, offset: 2 }]);
    await first.consumer.close();
    const second = await join(create(), { group, topics: [topic] });
    await until(() => second.records.length === 1);
    assert.equal(second.records[0]?.offset, 2);
    await second.consumer.close();
    // A position at the end is found out when the first fetch is made: what comes until it is seen is after it.
    await until(async () => {
      await send(create(), topic, ['d']);
      return late.records.length > 0;
    });
    assert.ok((late.records[0]?.offset ?? 0) >= 3);
    await late.consumer.close();
  });

  it('shares partitions among members, those of topics with as many partitions alike, and moves them', async () => {
    const topics = await make(4, 'shared', 'shared-too');
    const [topic = ''] = topics;
    const group = unique('g');
    const first = await join(create(), { group, topics });
    await until(() => first.places().length === 8);
    await send(create(), topic, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    await until(() => first.records.length === 8);
    await first.consumer.commit(
      [0, 1, 2, 3].map((partition) => {
        const offsets = first.records
          .filter((record) => record.partition === partition)
          .map(({ offset }) => offset);
        return { topic, partition, offset: Math.max(...offsets, -1) + 1 };
      }),
    );
    const second = await join(create(), { group, topics });
    await until(() => first.places().length === 4 && second.places().length === 4);
    for (const member of [first, second]) {
      const partitions = topics.map((name) =>
        member
          .places()
          .filter((place) => place.startsWith(`${name}/`))
          .map((place) => place.slice(name.length)),
      );
      assert.deepEqual(partitions[0], partitions[1], 'partition n of both is with the same member');
    }
    await first.consumer.close();
    await until(() => second.places().length === 8);
    await send(create(), topic, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    await until(() => second.records.length >= 8);
    assert.equal(second.records.length, 8, 'what was committed does not come again');
    await second.consumer.close();
  });

  it('sends nothing of what is paused, and all of it afterwards', async () => {
    const [topic = ''] = await make(2, 'paused');
    const { consumer, records, places } = await join(create(), { group: unique('g'), topics: [topic] });
    await until(() => places().length === 2);
    consumer.pause([{ topic, partition: 0 }]);
    const producer = await create().createProducer();
    const to = (partition: number) => ({ topic, partition, value: Buffer.from('x'), headers: {} });
    await producer.send([to(0), to(1)]);
    await until(() => records.length === 1);
    await producer.send([to(1)]);
    await until(() => records.length === 2);
    assert.ok(records.every(({ partition }) => partition === 1));
    consumer.resume([{ topic, partition: 0 }]);
    await until(() => records.length === 3);
    await Promise.all([consumer.close(), producer.close()]);
  });

  it('administers topics, and knows how far groups have got', async () => {
    const [topic = ''] = await make(2, 'administered');
    const admin = await create().createAdmin();
    await admin.createTopics([{ topic, partitions: 7 }]);
    assert.deepEqual(await admin.partitionCounts([topic, 'not-there']), new Map([[topic, 2]]));
    await admin.addPartitions(topic, 3);
    await until(async () => (await admin.partitionCounts([topic])).get(topic) === 3);
    const producer = await create().createProducer();
    await producer.send([{ topic, partition: 1, value: Buffer.from('x'), headers: {} }]);
    const group = unique('g');
    const { consumer, records } = await join(create(), { group, topics: [topic] });
    await until(() => records.length === 1);
    await consumer.commit([{ topic, partition: 1, offset: 1 }]);
    const states = await admin.partitionStates(group, topic, [0, 1]);
    assert.deepEqual(states.get(0), { earliest: 0, latest: 0, committed: undefined });
    assert.deepEqual(states.get(1), { earliest: 0, latest: 1, committed: 1 });
    await Promise.all([consumer.close(), producer.close(), admin.close()]);
  });

  it('says when a topic is not there', async () => {
    const producer = await impatient().createProducer();
    await assert.rejects(producer.send([{ topic: unique('missing'), value: Buffer.from('x'), headers: {} }]));
    await producer.close();
  });
}
