import type { OwnedWork, StepResult } from '../background-runner.ts';
import type { PendingMessage, RelayOptions } from '../outbox.ts';
import { ownTypes } from './client.ts';
import type { OwnedConnection } from './owned-connection.ts';
import type { Tables } from './tables.ts';

interface MessageRow {
  readonly position: bigint;
  readonly message_id: string;
  readonly topic: string;
  readonly key: string | null;
  readonly payload: unknown;
  readonly headers: Readonly<Record<string, string>>;
  /** Seconds since the epoch. */
  readonly enqueued_at: number;
}

/**
 * The outbox relay while it is this process's: publishes the messages that are there by position, then deletes them.
 *
 * Messages of one key come in order without regard to open transactions. Whoever enqueues a later one for the key
 * does so after the earlier one was committed (by the stream's lock, or by the row that the application locks), so
 * its position is greater, and whoever sees it sees the earlier one as well. And since messages are deleted one by
 * one, none is passed over that becomes visible later with a lower position.
 */
export class RelayWork implements OwnedWork {
  readonly #connection: OwnedConnection;
  readonly #publish: RelayOptions['publish'];
  readonly #lost: AbortSignal;
  readonly #selectText: string;
  readonly #deleteText: string;
  readonly #names: { readonly select: string; readonly delete: string };

  constructor(
    connection: OwnedConnection,
    tables: Tables,
    publish: RelayOptions['publish'],
    lost: AbortSignal,
  ) {
    this.#connection = connection;
    this.#publish = publish;
    this.#lost = lost;
    this.#names = { select: `${tables.schema}_relay`, delete: `${tables.schema}_relayed` };
    this.#selectText = `select message.position, message.message_id, message.topic, message.key,
  coalesce(message.payload, event.data) as payload, coalesce(message.headers, event.metadata) as headers,
  extract(epoch from message.enqueued_at)::float8 as enqueued_at
from ${tables.outbox} as message left join ${tables.events} as event on event.event_id = message.event_id
order by message.position limit $1`;
    this.#deleteText = `delete from ${tables.outbox} where position = any($1::bigint[])`;
  }

  get owned(): boolean {
    return !this.#connection.lost;
  }

  async step(limit: number, signal: AbortSignal): Promise<StepResult> {
    const { client } = this.#connection;
    const { rows } = await client.query<MessageRow>({
      name: this.#names.select,
      text: this.#selectText,
      values: [limit],
      types: ownTypes,
    });
    if (rows.length === 0) return { handled: 0, more: false };
    await this.#publish(rows.map(pendingMessage), AbortSignal.any([signal, this.#lost]));
    await client.query({
      name: this.#names.delete,
      text: this.#deleteText,
      values: [rows.map(({ position }) => position)],
    });
    return { handled: rows.length, more: rows.length === limit };
  }

  async release(): Promise<void> {
    this.#connection.release();
  }
}

function pendingMessage(row: MessageRow): PendingMessage {
  return {
    id: row.message_id,
    topic: row.topic,
    key: row.key ?? undefined,
    payload: row.payload,
    headers: row.headers,
    enqueuedAt: new Date(row.enqueued_at * 1000),
  };
}
