import type { DriverProducer, OutgoingRecord } from '../driver.ts';
import { RecordTooLargeError } from '../record-too-large.ts';
import {
  answer,
  codes,
  type ConfluentLibrary,
  type Configuration,
  hasCode,
  type LibraryProducer,
  type toError,
} from './library.ts';

const CONNECT_TIME = 30_000;
const FLUSH_TIME = 10_000;
/** The library's name for a partition of its own choice. */
const ANY = -1;

/** Sends by librdkafka, which puts records together in requests by itself. */
export class ConfluentProducer implements DriverProducer {
  readonly #producer: LibraryProducer;

  private constructor(producer: LibraryProducer) {
    this.#producer = producer;
  }

  static async connect(library: ConfluentLibrary, settings: Configuration): Promise<ConfluentProducer> {
    const producer = new library.Producer(settings);
    // Each send is told of its own failure.
    producer.on('event.error', () => {});
    producer.on('delivery-report', (error, { opaque }) => {
      if (typeof opaque === 'function') opaque(error);
    });
    await answer((done) => producer.connect({ timeout: CONNECT_TIME }, done));
    producer.setPollInBackground(true);
    return new ConfluentProducer(producer);
  }

  async send(records: readonly OutgoingRecord[]): Promise<void> {
    const deliveries = records.map((record) => this.#produce(record));
    // All have ended before it is said that one has failed: none is under way when they are sent again.
    const results = await Promise.allSettled(deliveries);
    const failed = results.find((result) => result.status === 'rejected');
    if (!failed) return;
    const large = results.findIndex(
      (result) =>
        result.status === 'rejected' &&
        hasCode(result.reason, codes.messageTooLarge, codes.recordListTooLarge),
    );
    if (large < 0) throw failed.reason;
    throw new RecordTooLargeError([records[large]?.topic ?? ''], failed.reason);
  }

  async close(): Promise<void> {
    await answer((done) => this.#producer.flush(FLUSH_TIME, done)).catch(() => {});
    await answer((done) => this.#producer.disconnect(done));
  }

  #produce({ topic, partition = ANY, key, value, headers }: OutgoingRecord): Promise<void> {
    return answer((done) => {
      this.#producer.produce(
        topic,
        partition,
        value === undefined ? null : toBuffer(value),
        key === undefined ? null : toBuffer(key),
        null,
        (error: Parameters<typeof toError>[0] | null) => done(error, undefined),
        Object.entries(headers).map(([name, content]) => ({ [name]: toBuffer(content) })),
      );
    });
  }
}

function toBuffer(content: string | Uint8Array): Buffer {
  if (typeof content === 'string') return Buffer.from(content);
  return Buffer.isBuffer(content)
    ? content
    : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}
