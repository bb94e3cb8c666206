import type { Outbox, PostgresQueryable } from '@ninefold/toolkit/eventstore';
import type { Pool } from 'pg';
import type { PaymentSettled } from './generated/settled.ts';
import { paymentsSettled } from './settled.ts';

/** Payments that were made, and the news of them. */
export class Ledger {
  readonly #pool: Pool;
  readonly #outbox: Outbox<PostgresQueryable>;

  constructor(pool: Pool, outbox: Outbox<PostgresQueryable>) {
    this.#pool = pool;
    this.#outbox = outbox;
  }

  /** Makes the table where it is missing. */
  async prepare(): Promise<void> {
    // No constraint keeps an order from being paid twice: that is the inbox's part, and can be counted here.
    await this.#pool.query(`create table if not exists payment (
      entry bigint generated always as identity primary key,
      payment_id uuid not null, order_id uuid not null, amount integer not null
    )`);
  }

  /** Books a payment and lets it be known, both or neither. */
  async settle(transaction: PostgresQueryable, payment: PaymentSettled): Promise<void> {
    const { orderId, paymentId, amount } = payment;
    await transaction.query('insert into payment (payment_id, order_id, amount) values ($1, $2, $3)', [
      paymentId,
      orderId,
      amount,
    ]);
    await this.#outbox.enqueue(transaction, [
      { topic: paymentsSettled.topic, key: orderId, payload: payment },
    ]);
  }
}
