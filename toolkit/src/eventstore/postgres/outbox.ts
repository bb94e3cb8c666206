import { type Clock, systemClock } from '../../clock/index.ts';
import { currentContext } from '../../context/index.ts';
import { BackgroundRunner } from '../background-runner.ts';
import { InvalidInput } from '../errors.ts';
import type { Outbox, OutboxMessage, RelayOptions } from '../outbox.ts';
import { prepareMessage } from '../prepare-message.ts';
import type { Running } from '../running.ts';
import { WakeUp } from '../wake-up.ts';
import { ownTypes, type PostgresPool, type PostgresQueryable } from './client.ts';
import { queryWithin } from './connection.ts';
import { OwnedConnection } from './owned-connection.ts';
import { RelayWork } from './relay-work.ts';
import type { Tables } from './tables.ts';

/** The outbox of a store's schema. */
export class PostgresOutbox implements Outbox<PostgresQueryable> {
  readonly #pool: PostgresPool;
  readonly #tables: Tables;
  readonly #clock: Clock;
  readonly #onStart: (running: Running) => void;

  constructor(parts: {
    pool: PostgresPool;
    tables: Tables;
    clock?: Clock;
    onStart?: (running: Running) => void;
  }) {
    this.#pool = parts.pool;
    this.#tables = parts.tables;
    this.#clock = parts.clock ?? systemClock;
    this.#onStart = parts.onStart ?? (() => {});
  }

  async enqueue(transaction: PostgresQueryable, messages: readonly OutboxMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const violations: string[] = [];
    const prepared = messages.map((message, index) =>
      prepareMessage(violations, `messages[${index}]`, message),
    );
    if (violations.length > 0) throw new InvalidInput('Enqueueing messages', violations);
    await transaction.query({
      name: `${this.#tables.schema}_enqueue`,
      text: `insert into ${this.#tables.outbox} (message_id, topic, key, payload, headers)
select id, topic, key, payload::json, headers::json
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
  with ordinality as message (id, topic, key, payload, headers, number)
order by number`,
      values: [
        prepared.map(({ id }) => id),
        prepared.map(({ topic }) => topic),
        prepared.map(({ key }) => key),
        prepared.map(({ payload }) => payload),
        prepared.map(({ headers }) => headers ?? '{}'),
      ],
    });
    await transaction.query(`notify ${this.#tables.channel}`);
  }

  async depth(): Promise<number> {
    const rows = await queryWithin<{ depth: bigint }>(this.#pool, currentContext(), {
      text: `select count(*) as depth from ${this.#tables.outbox}`,
      types: ownTypes,
    });
    return Number(rows[0]?.depth ?? 0n);
  }

  relay(options: RelayOptions): Running {
    const wakeUp = new WakeUp();
    const { publish, onError, ...given } = options;
    const runner = new BackgroundRunner({
      name: 'outbox relay',
      ...given,
      clock: this.#clock,
      wakeUp,
      acquire: async (signal) => {
        const lost = new AbortController();
        const connection = await OwnedConnection.acquire(this.#pool, this.#tables, 'outbox', signal, {
          lost() {
            lost.abort(new Error('The connection of the outbox relay is gone'));
            wakeUp.notify();
          },
          appended: () => wakeUp.notify(),
        });
        return connection && new RelayWork(connection, this.#tables, publish, lost.signal);
      },
      onError: onError ?? (() => {}),
    });
    this.#onStart(runner);
    return runner;
  }
}
