import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../clock/index.ts';
import { currentContext, extract, kafkaHeaders, throwIfDone } from '../context/index.ts';
import type { CloudEvent, EventAttributes } from '../events/index.ts';
import type { Component } from '../service/component.ts';
import { toRecord } from './codec.ts';
import type { KafkaDriver, OutgoingRecord } from './driver.ts';
import { registerSchemas } from './registry/register-schemas.ts';
import type { SchemaRegistry } from './registry/registry.ts';
import { SendQueue } from './send-queue.ts';
import type { Topic } from './topic.ts';

/**
 * How {@link kafkaPublisher} works.
 *
 * @example
 * const options: KafkaPublisherOptions = { driver, source: '/orders', topics: [ordersPlaced] };
 */
export interface KafkaPublisherOptions {
  readonly driver: KafkaDriver;
  /** Who says so: the `source` of all events, such as `/orders`. */
  readonly source: string;
  /** Every topic that is published to. */
  readonly topics: readonly Topic<unknown>[];
  /** Where schemas are registered before anything is sent. @default nowhere */
  readonly registry?: SchemaRegistry;
  /** The most records in one request to a broker. @default 1000 */
  readonly batchSize?: number;
  /** Largest event in bytes, headers aside; a broker that takes less refuses whole requests. @default 1000000 */
  readonly maximumSize?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * A message as an outbox hands it over.
 *
 * @example
 * const relay = store.outbox.relay({ publish: (messages) => publisher.publishMessages(messages) });
 */
export interface MessageToPublish {
  /** Becomes the event's id: the same whenever it is published again. */
  readonly id: string;
  readonly topic: string;
  readonly payload: unknown;
  /** The context that it was made in, under the names of `carrierFields`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly enqueuedAt?: Date;
}

/**
 * What a publisher is and how it stands, as plain data.
 *
 * @example
 * const { published }: KafkaPublisherDescription = publisher.describe();
 */
export interface KafkaPublisherDescription {
  readonly kind: 'kafka-publisher';
  readonly driver: string;
  readonly source: string;
  readonly topics: readonly { readonly topic: string; readonly version: number; readonly key: string }[];
  /** Events sent since the start. */
  readonly published: number;
  /** Events that wait to be sent. */
  readonly waiting: number;
}

/**
 * Publishes events to topics; made by {@link kafkaPublisher}.
 *
 * @example
 * const publisher: KafkaPublisher = kafkaPublisher({ driver, source: '/orders', topics: [ordersPlaced] });
 */
export interface KafkaPublisher {
  /** Connects, and registers schemas where there is a registry. */
  start(): Promise<void>;
  /**
   * Publishes an event and resolves when all in-sync replicas have it. Events published meanwhile travel together.
   *
   * @returns The event as it was sent.
   * @throws InvalidEventError when the data does not fit; an error of the client when it is not known that the event
   * is there: with the same `id` it may be published again.
   */
  publish<Data>(
    topic: Topic<Data>,
    data: Data,
    attributes?: Partial<EventAttributes>,
  ): Promise<CloudEvent<Data>>;
  /**
   * Publishes what an outbox hands over, in that order for each key.
   *
   * @throws as `publish` does; nothing is sent when one of them does not fit.
   */
  publishMessages(messages: readonly MessageToPublish[]): Promise<void>;
  /** Sends what waits, and closes. */
  close(): Promise<void>;
  /** The publisher as a part of a service. */
  component(): Component;
  describe(): KafkaPublisherDescription;
}

const BATCH_SIZE = 1_000;
/** Brokers take 1048588 bytes unless they are told otherwise (`message.max.bytes`). */
const MAXIMUM_SIZE = 1_000_000;

/**
 * Publishes events: validated against their schema before they are sent, with the context in the headers, and in the
 * order of their key.
 *
 * @throws TypeError for two topics of one name.
 * @example
 * const publisher = kafkaPublisher({ driver, source: '/orders', topics: [ordersPlaced] });
 * await publisher.start();
 * await publisher.publish(ordersPlaced, { orderId: '4711', total: 12 });
 */
export function kafkaPublisher(options: KafkaPublisherOptions): KafkaPublisher {
  return new BatchingPublisher(options);
}

class BatchingPublisher implements KafkaPublisher {
  readonly #options: KafkaPublisherOptions;
  readonly #clock: Clock;
  readonly #topics: ReadonlyMap<string, Topic<unknown>>;
  readonly #schemaUris = new Map<string, string>();
  #queue: SendQueue | undefined;
  /** Sent by queues that are closed. */
  #published = 0;

  constructor(options: KafkaPublisherOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const { topics } = options;
    this.#topics = new Map(topics.map((topic) => [topic.topic, topic]));
    if (this.#topics.size < topics.length)
      throw new TypeError('topics: several have one name: give each topic once');
  }

  async start(): Promise<void> {
    const { driver, registry, batchSize = BATCH_SIZE } = this.#options;
    for (const topic of this.#topics.values()) topic.event.check(undefined);
    if (registry) {
      const uris = await registerSchemas(registry, [...this.#topics.values()]);
      for (const [topic, uri] of uris) this.#schemaUris.set(topic, uri);
    }
    this.#queue ??= new SendQueue(await driver.createProducer(), batchSize);
  }

  async publish<Data>(
    topic: Topic<Data>,
    data: Data,
    attributes: Partial<EventAttributes> = {},
  ): Promise<CloudEvent<Data>> {
    if (this.#topics.get(topic.topic) !== topic) {
      throw new Error(`${topic.topic} is none of this publisher's topics: give it under topics`);
    }
    const context = currentContext();
    throwIfDone(context, this.#clock);
    const event = this.#event(topic, data, { source: this.#options.source, ...attributes });
    await this.#send([toRecord(topic, event, context)]);
    return event;
  }

  async publishMessages(messages: readonly MessageToPublish[]): Promise<void> {
    const records = messages.map(({ id, topic: name, payload, headers, enqueuedAt }) => {
      const topic = this.#topics.get(name);
      if (!topic) throw new Error(`${name} is none of this publisher's topics: give it under topics`);
      const attributes = { source: this.#options.source, id, ...(enqueuedAt && { time: enqueuedAt }) };
      const context = extract(kafkaHeaders({ ...headers }), {
        trusted: true,
        principal: true,
        clock: this.#clock,
      });
      return toRecord(topic, this.#event(topic, payload, attributes), context);
    });
    await this.#send(records);
  }

  async close(): Promise<void> {
    const queue = this.#queue;
    this.#queue = undefined;
    await queue?.close();
    this.#published += queue?.sent ?? 0;
  }

  component(): Component {
    const topics = [...this.#topics.values()];
    return {
      name: `kafka-publisher ${this.#options.source}`,
      needs: {
        publishes: topics.map(({ topic, event, key }) => ({ topic, version: event.version, key })),
      },
      start: () => this.start(),
      // What others publish while they end their work has to go out: it closes after them.
      drain: () => this.#queue?.idle(),
      close: () => this.close(),
      describe: () => this.describe(),
    };
  }

  describe(): KafkaPublisherDescription {
    return {
      kind: 'kafka-publisher',
      driver: this.#options.driver.name,
      source: this.#options.source,
      topics: [...this.#topics.values()].map(({ topic, event, key }) => ({
        topic,
        version: event.version,
        key,
      })),
      published: this.#published + (this.#queue?.sent ?? 0),
      waiting: this.#queue?.waiting ?? 0,
    };
  }

  #event<Data>(topic: Topic<Data>, data: Data, attributes: EventAttributes): CloudEvent<Data> {
    const { id = randomUUID() } = attributes;
    const event = topic.event.create(data, { subject: topic.keyOf(data), ...attributes, id });
    const dataschema = this.#schemaUris.get(topic.topic);
    return dataschema === undefined ? event : { ...event, dataschema };
  }

  async #send(records: readonly OutgoingRecord[]): Promise<void> {
    if (!this.#queue) throw new Error('the publisher is not started, or closed');
    const { maximumSize = MAXIMUM_SIZE } = this.#options;
    const large = records.find(({ value }) => (value?.length ?? 0) > maximumSize);
    if (large) {
      const problem = `an event for ${large.topic} has ${large.value?.length} bytes, and ${maximumSize} are allowed`;
      throw new RangeError(`${problem}: put what is large elsewhere and refer to it`);
    }
    await this.#queue.send(records);
  }
}
