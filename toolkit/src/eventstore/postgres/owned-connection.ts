import { ownTypes, type PostgresClient, type PostgresPool } from './client.ts';
import { connect } from './connection.ts';
import { lockKey, type Tables } from './tables.ts';

/** The server should notice within about 20 seconds that a process's machine is gone, and let another take over. */
const KEEP_ALIVE = [
  "set_config('tcp_keepalives_idle', '8', false)",
  "set_config('tcp_keepalives_interval', '4', false)",
  "set_config('tcp_keepalives_count', '3', false)",
];

/**
 * A connection that holds an advisory lock: as long as it lives, no other process has the lock. Whatever the owner
 * writes through this very connection, it writes as the owner, or the connection is gone and nothing is written.
 */
export class OwnedConnection {
  readonly client: PostgresClient;
  readonly #onLost: () => void;
  readonly #onAppended: () => void;
  #lost = false;

  private constructor(client: PostgresClient, events: OwnerEvents) {
    this.client = client;
    this.#onLost = () => {
      if (this.#lost) return;
      this.#lost = true;
      events.lost();
    };
    this.#onAppended = () => events.appended();
    client.on('error', this.#onLost);
    client.on('end', this.#onLost);
    client.on('notification', this.#onAppended);
  }

  /** Undefined when another process has the lock. */
  static async acquire(
    pool: PostgresPool,
    tables: Tables,
    name: string,
    signal: AbortSignal,
    events: OwnerEvents,
  ): Promise<OwnedConnection | undefined> {
    const owned = new OwnedConnection(await connect(pool, signal), events);
    const { client } = owned;
    try {
      const { rows } = await client.query<{ locked: boolean }>({
        text: `select pg_try_advisory_lock(${lockKey(tables, 'runner', '$1::text')}) as locked`,
        values: [name],
        types: ownTypes,
      });
      if (!rows[0]?.locked) {
        owned.#release(false);
        return undefined;
      }
      await client.query(`select ${KEEP_ALIVE.join(', ')}`);
      await client.query(`listen ${tables.channel}`);
      return owned;
    } catch (error) {
      owned.release();
      throw error;
    }
  }

  get lost(): boolean {
    return this.#lost;
  }

  /** Closes the connection, which gives the lock back. */
  release(): void {
    this.#release(true);
  }

  #release(close: boolean): void {
    this.client.removeListener('error', this.#onLost);
    this.client.removeListener('end', this.#onLost);
    this.client.removeListener('notification', this.#onAppended);
    this.client.release(close);
  }
}

/** What the owner of a connection is told. */
export interface OwnerEvents {
  /** The connection is gone, and the lock with it. */
  lost(): void;
  /** Somebody has appended something. */
  appended(): void;
}
