import { currentContext } from '../../context/index.ts';
import type { Delivery, Inbox, InboxOutcome } from '../inbox.ts';
import { checkDelivery } from '../input-checks.ts';
import type { PostgresPool, PostgresQueryable } from './client.ts';
import type { Tables } from './tables.ts';
import { inTransaction } from './transaction.ts';

/** The inbox of a store's schema. */
export class PostgresInbox implements Inbox<PostgresQueryable> {
  readonly #pool: PostgresPool;
  readonly #tables: Tables;

  constructor(pool: PostgresPool, tables: Tables) {
    this.#pool = pool;
    this.#tables = tables;
  }

  async process<Result>(
    delivery: Delivery,
    handle: (transaction: PostgresQueryable) => Promise<Result> | Result,
  ): Promise<InboxOutcome<Result>> {
    checkDelivery(delivery);
    return inTransaction(this.#pool, currentContext(), async (transaction) => {
      // Waits for a transaction that is handling the same message right now.
      const { rowCount } = await transaction.query({
        name: `${this.#tables.schema}_receive`,
        text: `insert into ${this.#tables.inbox} (consumer, message_id) values ($1, $2) on conflict do nothing`,
        values: [delivery.consumer, delivery.messageId],
      });
      if (rowCount === 0) return { duplicate: true };
      return { duplicate: false, result: await handle(transaction) };
    });
  }

  async forget(handledBefore: Date): Promise<number> {
    return inTransaction(this.#pool, currentContext(), async (transaction) => {
      const { rowCount } = await transaction.query(
        `delete from ${this.#tables.inbox} where handled_at < $1`,
        [handledBefore],
      );
      return rowCount ?? 0;
    });
  }
}
