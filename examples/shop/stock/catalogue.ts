import type { PostgresQueryable } from '@ninefold/toolkit/eventstore';
import type { Pool } from 'pg';
import type { OrderPlaced } from '../orders/generated/placed.ts';
import type { Article } from './generated/api.ts';
import { articles, INITIAL_STOCK } from './articles.ts';

/** Instances that start at the same time make the tables one after the other. */
const PREPARING = 4_711;

/** Articles and what is reserved of them, in tables that are a projection of the orders. */
export class Catalogue {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Makes the tables and fills them, where that has not happened. */
  async prepare(): Promise<void> {
    await this.#pool.query(`begin;
      select pg_advisory_xact_lock(${PREPARING});
      create table if not exists article (
        article_id text primary key, name text not null, price integer not null, available bigint not null
      );
      -- No constraint keeps an order from being reserved twice: that is the inbox's part, and can be counted here.
      create table if not exists reservation (
        reservation_id bigint generated always as identity primary key,
        order_id uuid not null, article_id text not null references article, quantity integer not null
      );
      commit;`);
    await this.#pool.query(
      `insert into article select * from unnest($1::text[], $2::text[], $3::integer[], $4::bigint[])
       on conflict do nothing`,
      [
        articles.map(([id]) => id),
        articles.map(([, name]) => name),
        articles.map(([, , price]) => price),
        articles.map(() => INITIAL_STOCK),
      ],
    );
  }

  /** An article as it stands; undefined when there is none. */
  async find(articleId: string): Promise<Article | undefined> {
    const { rows } = await this.#pool.query<{ name: string; price: number; available: string }>({
      name: 'find-article',
      text: 'select name, price, available from article where article_id = $1',
      values: [articleId],
    });
    const [row] = rows;
    return row && { articleId, name: row.name, price: row.price, available: Number(row.available) };
  }

  /** Reserves what was ordered, in the transaction that notes the message as handled. */
  async reserve(transaction: PostgresQueryable, { orderId, lines }: OrderPlaced): Promise<void> {
    // Always in the same order, so that two orders that want the same never wait for each other in a circle.
    const sorted = lines.toSorted((left, right) => (left.articleId < right.articleId ? -1 : 1));
    for (const { articleId, quantity } of sorted) {
      await transaction.query('update article set available = available - $2 where article_id = $1', [
        articleId,
        quantity,
      ]);
      await transaction.query(
        'insert into reservation (order_id, article_id, quantity) values ($1, $2, $3)',
        [orderId, articleId, quantity],
      );
    }
  }
}
