import type { PostgresPool } from './client.ts';
import { rootContext } from '../../context/index.ts';
import type { Tables } from './tables.ts';
import { withClient } from './connection.ts';

/** Most announcements: one in this many milliseconds. */
const INTERVAL = 10;

/**
 * Announces appends to other processes. Not in the appending transaction: PostgreSQL lets only one transaction that
 * notifies commit at a time, which would take the appends of all processes behind each other. An announcement that
 * is lost costs a subscriber one poll interval.
 */
export class Notifier {
  readonly #pool: PostgresPool;
  readonly #tables: Tables;
  #last = 0;
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> = Promise.resolve();

  constructor(pool: PostgresPool, tables: Tables) {
    this.#pool = pool;
    this.#tables = tables;
  }

  announce(): void {
    if (this.#timer !== undefined) return;
    const wait = Math.max(0, this.#last + INTERVAL - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#last = performance.now();
      this.#underWay = this.#send();
    }, wait);
  }

  /** Sends what is waiting. */
  async flush(): Promise<void> {
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#underWay = this.#send();
    }
    await this.#underWay;
  }

  async #send(): Promise<void> {
    try {
      await withClient(this.#pool, rootContext, (client) => client.query(`notify ${this.#tables.channel}`));
    } catch {
      // Subscribers look for themselves.
    }
  }
}
