import type { Context } from '../../context/index.ts';
import { rootContext } from '../../context/index.ts';
import type { PreparedAppend } from '../prepare-append.ts';
import type { AppendRow } from './append-statement.ts';

type Carry = (appends: readonly PreparedAppend[]) => Promise<readonly (AppendRow | undefined)[]>;

interface Waiting {
  readonly append: PreparedAppend;
  readonly size: number;
  resolve(row: AppendRow | undefined): void;
  reject(error: unknown): void;
}

/** Statements at a time: while one waits for the disk, the next is filled. More would leave less to join. */
const LANES = 2;
const MOST_EVENTS = 128;
const LARGEST_SIZE = 1_000_000;

/**
 * Joins appends that wait at the same time into one statement. One that comes alone goes at once, so nothing is
 * slower for it; under load, many share the round trip and the commit. Appends to one stream keep their order.
 */
export class AppendQueue {
  readonly #carry: Carry;
  readonly #streamsUnderWay = new Set<string>();
  readonly counters = { statements: 0, appends: 0 };
  #waiting: Waiting[] = [];
  #lanes = 0;

  constructor(carry: Carry) {
    this.#carry = carry;
  }

  /**
   * Resolves with what the statement said of the append; undefined when it could not be done together with others.
   * When the context ends before the statement has begun, nothing is done.
   */
  add(append: PreparedAppend, context: Context): Promise<AppendRow | undefined> {
    return new Promise((resolve, reject) => {
      const size = append.events.reduce((sum, event) => sum + event.data.length, 0);
      const waiting: Waiting = { append, size, resolve, reject };
      if (context !== rootContext) {
        const { signal } = context;
        const onAbort = () => {
          this.#waiting = this.#waiting.filter((other) => other !== waiting);
          reject(signal.reason);
        };
        if (signal.aborted) return onAbort();
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.resolve = (row) => {
          signal.removeEventListener('abort', onAbort);
          resolve(row);
        };
        waiting.reject = (error) => {
          signal.removeEventListener('abort', onAbort);
          reject(error);
        };
      }
      this.#waiting.push(waiting);
      if (this.#lanes < LANES) {
        this.#lanes += 1;
        // What is appended in the same turn of the event loop joins in.
        queueMicrotask(() => void this.#runLane());
      }
    });
  }

  async #runLane(): Promise<void> {
    for (let batch = this.#take(); batch.length > 0; batch = this.#take()) await this.#run(batch);
    this.#lanes -= 1;
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    this.counters.statements += 1;
    this.counters.appends += batch.length;
    try {
      const rows = await this.#carry(batch.map(({ append }) => append));
      for (const [index, waiting] of batch.entries()) waiting.resolve(rows[index]);
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    } finally {
      for (const { append } of batch) this.#streamsUnderWay.delete(append.streamId);
    }
  }

  #take(): Waiting[] {
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    const passedOver = new Set<string>();
    let events = 0;
    let size = 0;
    for (const [index, waiting] of this.#waiting.entries()) {
      if (events >= MOST_EVENTS) {
        left.push(...this.#waiting.slice(index));
        break;
      }
      const { append } = waiting;
      const { streamId } = append;
      events += append.events.length;
      size += waiting.size;
      const fits = batch.length === 0 || (events <= MOST_EVENTS && size <= LARGEST_SIZE);
      if (fits && !this.#streamsUnderWay.has(streamId) && !passedOver.has(streamId)) {
        batch.push(waiting);
        this.#streamsUnderWay.add(streamId);
      } else {
        events -= append.events.length;
        size -= waiting.size;
        passedOver.add(streamId);
        left.push(waiting);
      }
    }
    this.#waiting = left;
    return batch;
  }
}
