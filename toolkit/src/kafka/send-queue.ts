import type { DriverProducer, OutgoingRecord } from './driver.ts';
import { RecordTooLargeError } from './record-too-large.ts';

interface Waiting {
  readonly record: OutgoingRecord;
  readonly sent: () => void;
  readonly failed: (error: unknown) => void;
}

/** Sends records one request at a time: what comes meanwhile goes together in the next, and order is kept. */
export class SendQueue {
  readonly #producer: DriverProducer;
  readonly #batchSize: number;
  #waiting: Waiting[] = [];
  #sending: Promise<void> | undefined;
  #sent = 0;

  /** @param batchSize the most records in one request */
  constructor(producer: DriverProducer, batchSize: number) {
    this.#producer = producer;
    this.#batchSize = batchSize;
  }

  /** Records sent so far. */
  get sent(): number {
    return this.#sent;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves when all of these are there; rejects when that is not known of one of them. */
  async send(records: readonly OutgoingRecord[]): Promise<void> {
    const all = records.map(
      (record) =>
        new Promise<void>((sent, failed) => {
          this.#waiting.push({ record, sent, failed });
        }),
    );
    this.#sending ??= this.#sendWaiting().finally(() => {
      this.#sending = undefined;
    });
    await Promise.all(all);
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    await this.#sending;
  }

  /** Sends what waits, and closes. */
  async close(): Promise<void> {
    await this.#sending;
    await this.#producer.close();
  }

  async #sendWaiting(): Promise<void> {
    // Lets everything that is sent in this turn come along.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      await this.#sendBatch(this.#waiting.splice(0, this.#batchSize));
    }
  }

  /** A request that is too large is halved until it is clear which record it is. */
  async #sendBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#producer.send(batch.map(({ record }) => record));
      this.#sent += batch.length;
      for (const { sent } of batch) sent();
    } catch (error) {
      if (error instanceof RecordTooLargeError && batch.length > 1) {
        const half = Math.ceil(batch.length / 2);
        await this.#sendBatch(batch.slice(0, half));
        await this.#sendBatch(batch.slice(half));
      } else for (const { failed } of batch) failed(error);
    }
  }
}
