import type { BaseOptions } from '@platformatic/kafka';
import type {
  DriverAdmin,
  DriverConsumer,
  DriverConsumerOptions,
  DriverProducer,
  KafkaDriver,
  OutgoingRecord,
} from '../driver.ts';
import { keyHash } from '../partitioner.ts';
import { RecordTooLargeError } from '../record-too-large.ts';
import { PlatformaticAdmin } from './admin.ts';
import { PlatformaticConsumer } from './consumer.ts';
import { hasError } from './protocol-errors.ts';

/**
 * How {@link platformaticKafka} connects.
 *
 * @example
 * const options: PlatformaticOptions = {
 *   brokers: ['kafka:9093'], clientId: 'orders', client: { tls: { ca, cert, key } },
 * };
 */
export interface PlatformaticOptions {
  /** `host:port` of some brokers; the others are found through them. */
  readonly brokers: readonly string[];
  /** How the brokers' logs and quotas call this service. */
  readonly clientId: string;
  /** Further options of `@platformatic/kafka`, such as `tls` and `sasl`. @default {} */
  readonly client?: Partial<Omit<BaseOptions, 'bootstrapBrokers' | 'clientId'>>;
  /** Milliseconds without a sign of life after which a member's partitions go to others. @default 30000 */
  readonly sessionTimeout?: number;
}

/** What every client of `@platformatic/kafka` is made with. */
export type ClientOptions = BaseOptions & { bootstrapBrokers: string[] };

/**
 * Kafka by `@platformatic/kafka`, which is written in JavaScript alone. It connects when something is made of it.
 *
 * @example
 * const driver = platformaticKafka({ brokers: ['127.0.0.1:9092'], clientId: 'orders' });
 */
export function platformaticKafka(options: PlatformaticOptions): KafkaDriver {
  return new PlatformaticDriver(options);
}

class PlatformaticDriver implements KafkaDriver {
  readonly name = 'platformatic';
  readonly #options: ClientOptions;
  readonly #sessionTimeout: number;

  constructor({ brokers, clientId, client, sessionTimeout = 30_000 }: PlatformaticOptions) {
    if (brokers.length === 0)
      throw new TypeError('brokers is empty: give it host:port of at least one broker');
    // Without a number of retries, an idempotent producer of the library never gives up, not even on a missing topic.
    this.#options = { retries: 10, retryDelay: 250, ...client, clientId, bootstrapBrokers: [...brokers] };
    this.#sessionTimeout = sessionTimeout;
  }

  async createProducer(): Promise<DriverProducer> {
    const { Producer } = await import('@platformatic/kafka');
    let unkeyed = 0;
    const producer = new Producer({
      ...this.#options,
      acks: -1,
      // A send that the client repeats by itself is not written twice.
      idempotent: true,
      // The library's own choice differs from that of Kafka's clients, and sends all without a key to one partition.
      partitioner: (_, key) => (key === undefined ? unkeyed++ : keyHash(key)),
    });
    return {
      send: async (records) => {
        try {
          await producer.send({ messages: records.map(toMessage) });
        } catch (error) {
          if (!tooLarge.some((name) => hasError(error, name))) throw error;
          throw new RecordTooLargeError(
            records.map(({ topic }) => topic),
            error,
          );
        }
      },
      close: () => producer.close(true),
    };
  }

  async createConsumer(options: DriverConsumerOptions): Promise<DriverConsumer> {
    const { Consumer } = await import('@platformatic/kafka');
    return PlatformaticConsumer.join(Consumer, this.#options, this.#sessionTimeout, options);
  }

  async createAdmin(): Promise<DriverAdmin> {
    const { Admin } = await import('@platformatic/kafka');
    return new PlatformaticAdmin(new Admin(this.#options));
  }
}

/** The broker's errors about the size of what it was sent. */
const tooLarge = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'];

function toMessage({ topic, partition, key, value, headers }: OutgoingRecord) {
  return {
    topic,
    ...(partition !== undefined && { partition }),
    ...(key !== undefined && { key: toBuffer(key) }),
    ...(value !== undefined && { value: toBuffer(value) }),
    headers: new Map(
      Object.entries(headers).map(([name, content]) => [Buffer.from(name), toBuffer(content)]),
    ),
  };
}

function toBuffer(content: string | Uint8Array): Buffer {
  if (typeof content === 'string') return Buffer.from(content);
  return Buffer.isBuffer(content)
    ? content
    : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}
