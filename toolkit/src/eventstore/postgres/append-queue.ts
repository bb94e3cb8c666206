import type { Context } from '../../context/index.ts';
import { rootContext } from '../../context/index.ts';
import type { PreparedAppend } from '../prepare-append.ts';
import type { AppendRow, AppendStatements } from './append-statement.ts';
import type { PostgresClient, PostgresPool } from './client.ts';
import { guardClient } from './connection.ts';

/** What the queue works with. */
export interface AppendQueueOptions {
  readonly pool: PostgresPool;
  readonly statements: AppendStatements;
  /** Whether each append of a statement that failed may be tried alone: then its outcome is undefined. */
  mayWorkAlone(error: unknown, appends: number): boolean;
}

interface Waiting {
  readonly append: PreparedAppend;
  readonly size: number;
  resolve(row: AppendRow | undefined): void;
  reject(error: unknown): void;
}

interface Lane {
  /** Kept from one statement to the next that comes right after it. */
  client: PostgresClient | undefined;
  isBusy: boolean;
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
  readonly #options: AppendQueueOptions;
  readonly #streamsUnderWay = new Set<string>();
  readonly #lanes: readonly Lane[] = Array.from({ length: LANES }, () => ({
    client: undefined,
    isBusy: false,
  }));
  readonly counters = { statements: 0, appends: 0 };
  #waiting: Waiting[] = [];

  constructor(options: AppendQueueOptions) {
    this.#options = options;
  }

  /**
   * Resolves with what the statement said of the append; undefined when it was not done, or could not be done together
   * with others. When the context ends before the statement has begun, nothing is done.
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
      const lane = this.#lanes.find(({ isBusy }) => !isBusy);
      if (lane === undefined) return;
      lane.isBusy = true;
      // What is appended in the same turn of the event loop joins in.
      queueMicrotask(() => this.#work(lane));
    });
  }

  #work(lane: Lane): void {
    const batch = this.#take();
    if (batch.length > 0) {
      void this.#run(lane, batch);
      return;
    }
    lane.isBusy = false;
    // Who appends one after the other comes back in this turn of the event loop, and finds the connection at hand.
    setImmediate(() => {
      if (!lane.isBusy) release(lane);
    });
  }

  async #run(lane: Lane, batch: readonly Waiting[]): Promise<void> {
    const { pool, statements, mayWorkAlone } = this.#options;
    this.counters.statements += 1;
    this.counters.appends += batch.length;
    try {
      if (lane.client === undefined) {
        lane.client = await pool.connect();
        guardClient(lane.client);
      }
      const statement = statements.statement(batch.map(({ append }) => append));
      const { rows } = await lane.client.query<AppendRow>(statement);
      // Others wait for a connection, or may.
      if (pool.waitingCount !== 0) release(lane);
      settle(batch, rows);
    } catch (error) {
      // The pool looks at the state of a connection that comes back.
      release(lane);
      const areTriedAlone = mayWorkAlone(error, batch.length);
      for (const waiting of batch) {
        if (areTriedAlone) waiting.resolve(undefined);
        else waiting.reject(error);
      }
    }
    for (const { append } of batch) this.#streamsUnderWay.delete(append.streamId);
    this.#work(lane);
  }

  #take(): readonly Waiting[] {
    const [only] = this.#waiting;
    if (only === undefined) return this.#waiting;
    if (this.#waiting.length === 1 && !this.#streamsUnderWay.has(only.append.streamId)) {
      const alone = this.#waiting;
      this.#waiting = [];
      this.#streamsUnderWay.add(only.append.streamId);
      return alone;
    }
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

function settle(batch: readonly Waiting[], rows: readonly AppendRow[]): void {
  if (batch.length === 1) {
    batch[0]?.resolve(rows[0]);
    return;
  }
  const byAppend = new Map(rows.map((row) => [row.append ?? 1, row]));
  for (const [index, waiting] of batch.entries()) waiting.resolve(byAppend.get(index + 1));
}

function release(lane: Lane): void {
  lane.client?.release();
  lane.client = undefined;
}
