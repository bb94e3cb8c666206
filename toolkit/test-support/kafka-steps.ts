import { type Clock, systemClock } from '../src/clock/index.ts';
import { defineEvent } from '../src/events/index.ts';
import {
  type ConsumerEvent,
  defineTopic,
  type EventHandler,
  type IncomingRecord,
  type KafkaConsumerOptions,
  type KafkaDriver,
  kafkaConsumer,
  kafkaPublisher,
  type MessageInbox,
} from '../src/kafka/index.ts';
import { unique } from './kafka-driver-suite.ts';
import { until } from './until.ts';

interface Step {
  readonly key: string;
  readonly number: number;
}

/** A topic of its own, a way to publish to it, and a place that writes down what was handled. */
export async function prepareSteps(driver: KafkaDriver, partitions = 1) {
  const topic = defineTopic({
    topic: unique('steps'),
    key: 'key',
    event: defineEvent<Step>({
      type: 'steps',
      version: 1,
      schema: {
        type: 'object',
        required: ['key', 'number'],
        properties: { key: { type: 'string' }, number: { type: 'integer' } },
      },
    }),
  });
  const group = unique('group');
  const admin = await driver.createAdmin();
  await admin.createTopics([{ topic: topic.topic, partitions }]);
  await until(async () => (await admin.partitionCounts([topic.topic])).size === 1);
  await admin.close();
  const publisher = kafkaPublisher({ driver, source: '/test', topics: [topic] });
  await publisher.start();
  const publish = (...steps: [key: string, number: number][]) =>
    Promise.all(steps.map(([key, number]) => publisher.publish(topic, { key, number })));
  const handled: string[] = [];
  const events: ConsumerEvent[] = [];
  const consume = async (
    handle: EventHandler<Step> = () => {},
    options: Partial<KafkaConsumerOptions> = {},
  ) => {
    const consumer = kafkaConsumer({
      driver,
      group,
      retry: { attempts: 3, delay: 20, maximumDelay: 100 },
      commitInterval: 5,
      observe: (event) => void events.push(event),
      onProblem: () => {},
      ...options,
    });
    consumer.on(topic, async (event, delivery) => {
      await handle(event, delivery);
      const { key, number } = event.data ?? { key: '', number: 0 };
      handled.push(`${key}${number}`);
    });
    await consumer.start();
    return consumer;
  };
  /** Records straight to the topic, whatever is in them. */
  const send = async (key: string, value: string | Buffer, headers: Record<string, string> = {}) => {
    const producer = await driver.createProducer();
    await producer.send([{ topic: topic.topic, key, value: Buffer.from(value), headers }]);
    await producer.close();
  };
  /** A step whose value has some more bytes. */
  const sendStep = (key: string, number: number, padding: number) =>
    send(key, stepValue(key, number, padding), {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: `${key}${number}`,
      ce_source: '/test',
      ce_type: 'steps',
    });
  return { driver, topic, group, publisher, publish, handled, events, consume, send, sendStep };
}

/** The value of a step, with so many bytes that say nothing. */
export function stepValue(key: string, number: number, padding = 0): Buffer {
  return Buffer.from(JSON.stringify({ key, number, padding: 'x'.repeat(padding) }));
}

/** An inbox in memory: what was handled and what that had for an effect are there together, or not at all. */
export function memoryInbox(): MessageInbox<string[]> & { readonly effects: readonly string[] } {
  const effects: string[] = [];
  const handled = new Map<string, Promise<boolean>>();
  return {
    effects,
    process: async ({ consumer, messageId }, handle) => {
      const key = `${consumer} ${messageId}`;
      // As in a database, the second waits for the first, which may fail.
      while (handled.has(key)) if (await handled.get(key)) return { duplicate: true };
      const { promise, resolve } = Promise.withResolvers<boolean>();
      handled.set(key, promise);
      const written: string[] = [];
      try {
        await handle(written);
      } catch (error) {
        handled.delete(key);
        resolve(false);
        throw error;
      }
      effects.push(...written);
      resolve(true);
      return { duplicate: false };
    },
  };
}

/** The machine's time, some milliseconds ahead. */
export function later(milliseconds: number) {
  return {
    now: () => performance.now(),
    wall: () => Date.now() + milliseconds,
    setTimeout: (callback: () => void, delay: number) => setTimeout(callback, delay),
    clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout | undefined),
    sleep: (delay: number) => new Promise<void>((resolve) => setTimeout(resolve, delay)),
  };
}

/** A clock that runs so many times as fast as the machine's. */
export function faster(times: number): Clock {
  const began = Date.now();
  const wait = (delay: number) => delay / times;
  return {
    now: () => performance.now() * times,
    wall: () => began + (Date.now() - began) * times,
    setTimeout: (callback, delay) => setTimeout(callback, wait(delay)),
    clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
    sleep: (delay, signal) => systemClock.sleep(wait(delay), signal),
  };
}

/** What many consumers do: one record after the other, each until it works. Gives offsets. */
export async function retryInPlace(driver: KafkaDriver, topic: string) {
  const received: IncomingRecord[] = [];
  const handled: number[] = [];
  const work = (): void => {
    for (let next = received[handled.length]; next; next = received[handled.length]) {
      try {
        JSON.parse(next.value?.toString() ?? '');
      } catch {
        // The same again when something comes.
        return;
      }
      handled.push(next.offset);
    }
  };
  const consumer = await driver.createConsumer({
    group: unique('naive'),
    topics: [topic],
    from: 'earliest',
    assigned: () => {},
    revoked: () => {},
    rebalancing: () => {},
    received: (records) => {
      received.push(...records);
      work();
    },
    failed: () => {},
  });
  return { received, handled, close: () => consumer.close() };
}

/** The first records of a topic. */
export async function readAll(driver: KafkaDriver, topic: string, count: number) {
  const records: IncomingRecord[] = [];
  const consumer = await driver.createConsumer({
    group: unique('reader'),
    topics: [topic],
    from: 'earliest',
    assigned: () => {},
    revoked: () => {},
    rebalancing: () => {},
    received: (received) => void records.push(...received),
    failed: () => {},
  });
  await until(() => records.length >= count);
  await consumer.close();
  return records;
}
