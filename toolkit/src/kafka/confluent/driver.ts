import type {
  DriverAdmin,
  DriverConsumer,
  DriverConsumerOptions,
  DriverProducer,
  KafkaDriver,
} from '../driver.ts';
import { ConfluentAdmin } from './admin.ts';
import { ConfluentConsumer } from './consumer.ts';
import type { ConfluentLibrary, Configuration } from './library.ts';
import { ConfluentProducer } from './producer.ts';

/**
 * How {@link confluentKafka} connects.
 *
 * @example
 * const options: ConfluentOptions = {
 *   brokers: ['kafka:9093'], clientId: 'orders',
 *   client: { 'security.protocol': 'ssl', 'ssl.ca.location': '/tls/ca.crt' },
 * };
 */
export interface ConfluentOptions {
  /** `host:port` of some brokers; the others are found through them. */
  readonly brokers: readonly string[];
  /** How the brokers' logs and quotas call this service. */
  readonly clientId: string;
  /** Further settings of librdkafka, such as `security.protocol`, by their names there. @default {} */
  readonly client?: Readonly<Record<string, string | number | boolean>>;
  /** Milliseconds without a sign of life after which a member's partitions go to others. @default 30000 */
  readonly sessionTimeout?: number;
  /** Loads the library, where a plain import does not find it. @default imports `@confluentinc/kafka-javascript` */
  readonly library?: () => Promise<ConfluentLibrary>;
}

/**
 * Kafka by `@confluentinc/kafka-javascript`, the client in C (librdkafka). It connects when something is made of it.
 *
 * @throws TypeError when there are no brokers.
 * @example
 * const driver = confluentKafka({ brokers: ['127.0.0.1:9092'], clientId: 'orders' });
 */
export function confluentKafka(options: ConfluentOptions): KafkaDriver {
  return new ConfluentDriver(options);
}

/** Heartbeats per session timeout. */
const HEARTBEATS = 10;

class ConfluentDriver implements KafkaDriver {
  readonly name = 'confluent';
  readonly #settings: Configuration;
  readonly #sessionTimeout: number;
  readonly #load: () => Promise<ConfluentLibrary>;

  constructor({
    brokers,
    clientId,
    client,
    sessionTimeout = 30_000,
    library = importLibrary,
  }: ConfluentOptions) {
    if (brokers.length === 0)
      throw new TypeError('brokers is empty: give it host:port of at least one broker');
    this.#settings = {
      ...client,
      'bootstrap.servers': brokers.join(','),
      'client.id': clientId,
      // What can't be reached is told through `event.error`; by itself the library writes to standard error.
      log_level: 0,
    };
    this.#sessionTimeout = sessionTimeout;
    this.#load = library;
  }

  async createProducer(): Promise<DriverProducer> {
    return ConfluentProducer.connect(await this.#load(), producerSettings(this.#settings));
  }

  async createConsumer(options: DriverConsumerOptions): Promise<DriverConsumer> {
    const library = await this.#load();
    const admin = new ConfluentAdmin(library, library.AdminClient.create(this.#settings));
    const counts = await admin.partitionCounts(options.topics).finally(() => admin.close());
    const missing = options.topics.filter((topic) => !counts.has(topic));
    if (missing.length > 0) throw new Error(`there is no topic ${missing.join(', ')}`);
    const settings = consumerSettings(this.#settings, options.group, this.#sessionTimeout);
    return ConfluentConsumer.join(library, settings, options);
  }

  async createAdmin(): Promise<DriverAdmin> {
    const library = await this.#load();
    return new ConfluentAdmin(library, library.AdminClient.create(this.#settings));
  }
}

/** The settings of a producer, in librdkafka's terms. */
export function producerSettings(common: Configuration): Configuration {
  return {
    // For as long as a broker is away at most; then it is the caller's turn.
    'message.timeout.ms': 10_000,
    'topic.metadata.propagation.max.ms': 3_000,
    'linger.ms': 0,
    // What a topic takes is the broker's to say: the library's own limit is a megabyte.
    'message.max.bytes': 100 * 1024 * 1024,
    ...common,
    acks: -1,
    // A send that the client repeats by itself is not written twice.
    'enable.idempotence': true,
    // The library's own choice differs from that of Kafka's clients.
    partitioner: 'murmur2_random',
    dr_cb: true,
  };
}

/** The settings of a consumer, in librdkafka's terms. */
export function consumerSettings(
  common: Configuration,
  group: string,
  sessionTimeout: number,
): Configuration {
  return {
    'fetch.wait.max.ms': 250,
    ...common,
    'group.id': group,
    'session.timeout.ms': sessionTimeout,
    'heartbeat.interval.ms': Math.floor(sessionTimeout / HEARTBEATS),
    'partition.assignment.strategy': 'range',
    'enable.auto.commit': false,
    'enable.auto.offset.store': false,
  };
}

async function importLibrary(): Promise<ConfluentLibrary> {
  // Its typings are not there where it is not installed.
  const name = '@confluentinc/kafka-javascript';
  const library = (await import(name)) as { readonly default: ConfluentLibrary };
  return library.default;
}
