/**
 * Events consumed with validation, context and commit after the handler, and events published with validation,
 * compared with the bare client on the same broker.
 *
 *     node toolkit/bench/kafka.ts [--json]
 */
import { randomUUID } from 'node:crypto';
import { Consumer, Producer } from '@platformatic/kafka';
import { defineEvent } from '../src/events/index.ts';
import { defineTopic, kafkaConsumer, kafkaPublisher, platformaticKafka } from '../src/kafka/index.ts';
import { startKafka } from '../test-support/index.ts';
import { type Finding, report } from './promise.ts';
import { type Comparison, compare, measured, ratio } from './rounds.ts';

interface OrderPlaced {
  readonly orderId: string;
  readonly customer: string;
  readonly lines: readonly { readonly article: string; readonly quantity: number; readonly price: number }[];
  readonly total: number;
}

const EVENTS = 20_000;
const ROUNDS = 9;
const BATCH = 1_000;
const PARTITIONS = 4;

const text = { type: 'string' };
const orders = defineTopic({
  topic: 'orders.placed',
  key: 'orderId',
  event: defineEvent<OrderPlaced>({
    type: 'orders.placed',
    version: 1,
    schema: {
      type: 'object',
      required: ['orderId', 'customer', 'lines', 'total'],
      properties: {
        orderId: text,
        customer: text,
        lines: {
          type: 'array',
          items: {
            type: 'object',
            required: ['article', 'quantity', 'price'],
            properties: { article: text, quantity: { type: 'integer' }, price: { type: 'number' } },
          },
        },
        total: { type: 'number' },
      },
    },
  }),
});

function order(number: number): OrderPlaced {
  const lines = [
    { article: 'shirt', quantity: 2, price: 1299 },
    { article: 'socks', quantity: 1, price: 499 },
  ];
  return { orderId: `o-${number}`, customer: 'c-123', lines, total: 3097 };
}

/** What reading so many events took, from the first to the last, in microseconds for each. */
interface Measured {
  readonly time: number;
  readonly cpu: number;
}

/** Measures from the first event, so that joining the group is no part of it. */
function meter(count: number) {
  const { promise, resolve } = Promise.withResolvers<Measured>();
  let seen = 0;
  let started = 0;
  let cpu: NodeJS.CpuUsage | undefined;
  const tick = (): void => {
    seen += 1;
    if (seen === 1) {
      started = performance.now();
      cpu = process.cpuUsage();
    } else if (seen === count) {
      const { user, system } = process.cpuUsage(cpu);
      resolve({ time: ((performance.now() - started) / count) * 1_000, cpu: (user + system) / count });
    }
  };
  return { tick, measured: promise };
}

async function consumeBare(bootstrap: string): Promise<Measured> {
  const { tick, measured } = meter(EVENTS);
  const consumer = new Consumer({
    clientId: 'bench',
    bootstrapBrokers: [bootstrap],
    groupId: `bare-${randomUUID()}`,
  });
  const stream = await consumer.consume({ topics: [orders.topic], mode: 'earliest', autocommit: 100 });
  stream.on('data', tick);
  const result = await measured;
  await stream.close();
  await consumer.close(true);
  return result;
}

async function consumeParsed(bootstrap: string): Promise<Measured> {
  const { tick, measured } = meter(EVENTS);
  const consumer = new Consumer({
    clientId: 'bench',
    bootstrapBrokers: [bootstrap],
    groupId: `parsed-${randomUUID()}`,
  });
  const stream = await consumer.consume({ topics: [orders.topic], mode: 'earliest', autocommit: 100 });
  stream.on('data', ({ value }) => {
    JSON.parse((value as Buffer).toString('utf8'));
    tick();
  });
  const result = await measured;
  await stream.close();
  await consumer.close(true);
  return result;
}

async function consumeOurs(bootstrap: string): Promise<Measured> {
  const { tick, measured } = meter(EVENTS);
  const driver = platformaticKafka({ brokers: [bootstrap], clientId: 'bench' });
  const consumer = kafkaConsumer({ driver, group: `ours-${randomUUID()}` }).on(orders, tick);
  await consumer.start();
  const result = await measured;
  await consumer.stop();
  return result;
}

/** Lets contestants take turns. */
async function compareConsumers(bootstrap: string): Promise<Comparison[]> {
  const contestants = {
    'bare client': consumeBare,
    'bare client and JSON.parse': consumeParsed,
    kafkaConsumer: consumeOurs,
  };
  const found: Record<string, Measured[]> = {};
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, consume] of Object.entries(contestants)) {
      const measured = await consume(bootstrap);
      // The first is to warm up.
      if (round > 0) (found[name] ??= []).push(measured);
    }
  }
  const kinds = [
    ['time', 'one event consumed, validated and committed: time'],
    ['cpu', 'one event consumed, validated and committed: CPU'],
  ] as const;
  return kinds.map(([kind, name]) => {
    const microseconds = Object.fromEntries(
      Object.entries(found).map(([contestant, all]) => [contestant, median(all.map((one) => one[kind]))]),
    );
    return { name, microseconds };
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function main(): Promise<void> {
  const server = await startKafka();
  const driver = platformaticKafka({ brokers: [server.bootstrap], clientId: 'bench' });
  const admin = await driver.createAdmin();
  await admin.createTopics([{ topic: orders.topic, partitions: PARTITIONS }]);
  const publisher = kafkaPublisher({ driver, source: '/bench', topics: [orders] });
  await publisher.start();
  const publish = async (count: number): Promise<void> => {
    for (let sent = 0; sent < count; sent += BATCH) {
      const size = Math.min(BATCH, count - sent);
      await Promise.all(
        Array.from({ length: size }, (_, index) => publisher.publish(orders, order(sent + index))),
      );
    }
  };
  await publish(EVENTS);
  const consumed = await compareConsumers(server.bootstrap);

  const bare = new Producer({
    clientId: 'bench',
    bootstrapBrokers: [server.bootstrap],
    idempotent: true,
    acks: -1,
  });
  const sendBare = async (count: number): Promise<void> => {
    for (let sent = 0; sent < count; sent += BATCH) {
      const size = Math.min(BATCH, count - sent);
      const messages = Array.from({ length: size }, (_, index) => {
        const data = order(sent + index);
        return {
          topic: orders.topic,
          key: Buffer.from(data.orderId),
          value: Buffer.from(JSON.stringify(data)),
        };
      });
      await bare.send({ messages });
    }
  };
  const published = await compare(
    'one event published with validation, in batches of 1000',
    { 'bare client': sendBare, kafkaPublisher: publish },
    { rounds: ROUNDS, count: EVENTS / 4 },
  );
  await Promise.all([bare.close(), publisher.close(), admin.close()]);
  await server.stop();
  report({
    findings: [
      ...consumed.flatMap((comparison) => findingsOf(comparison, 'kafkaConsumer')),
      ...findingsOf(published, 'kafkaPublisher'),
    ],
    measured: measured([...consumed, published]),
  });
}

/** How many times as long as each of the others the toolkit takes. */
function findingsOf(comparison: Comparison, own: string): Finding[] {
  return Object.keys(comparison.microseconds)
    .filter((contestant) => contestant !== own)
    .map((contestant) => ({
      what: `${comparison.name}: ${own} / ${contestant}`,
      value: ratio(comparison, own, contestant),
      unit: '×',
    }));
}

await main();
