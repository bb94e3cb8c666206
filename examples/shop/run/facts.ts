import { createPostgresEventStore } from '@ninefold/toolkit/eventstore';
import pg from 'pg';
import type { OrderEvent } from '../orders/order.ts';
import { overview, readOverview } from '../orders/overview.ts';
import { INITIAL_STOCK } from '../stock/articles.ts';
import type { LocalPlatform } from './platform.ts';
import type { Shopper } from './shopper.ts';

/** What is known about the orders at the end, read from the databases of the services. */
export interface Facts {
  /** Orders whose placing was confirmed to a shopper, and those of them that no service knows. */
  readonly confirmed: number;
  readonly lost: number;
  /** Orders in the event store. */
  readonly placed: number;
  /** Orders in the read model. */
  readonly projected: number;
  /** Orders that stock has reserved, and lines that it has reserved more than once. */
  readonly reserved: number;
  readonly reservedTwice: number;
  /** Pieces taken from the stock beyond what was reserved, or too few. */
  readonly stockDifference: number;
  /** Orders that payments has settled, and payments beyond the first of an order. */
  readonly settled: number;
  readonly settledTwice: number;
  /** Orders that know that they are paid, and confirmations beyond the first of an order. */
  readonly paid: number;
  readonly paidTwice: number;
  /** Orders as the read model has them paid. */
  readonly projectedPaid: number;
  /** Requests that were sent again with the same key, and those that made a second order. */
  readonly repeated: number;
  readonly repeatedTwice: number;
}

/** Reads the facts as they stand. */
export async function readFacts(platform: LocalPlatform, shopper: Shopper): Promise<Facts> {
  const [orders, stock, payments] = await Promise.all([
    withPool(platform.database('orders'), (pool) => readOrders(pool, shopper.confirmed)),
    withPool(platform.database('stock'), readStock),
    withPool(platform.database('payments'), readPayments),
  ]);
  const { sent, doubled } = shopper.repeats;
  return { ...orders, ...stock, ...payments, repeated: sent, repeatedTwice: doubled };
}

/** Whether every order has gone all the way, so that nothing more is to be expected. */
export function isSettled({ placed, projected, reserved, settled, paid, projectedPaid }: Facts): boolean {
  return [projected, reserved, settled, paid, projectedPaid].every((count) => count >= placed);
}

/** What does not hold, in words; empty when all is well. */
export function judge(facts: Facts): string[] {
  const { placed } = facts;
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem);
  };
  expect(placed > 0, 'no order was placed, so nothing is proven');
  expect(facts.lost === 0, `${facts.lost} orders were confirmed and are not in the event store`);
  expect(facts.projected === placed, `the read model has ${facts.projected} orders of ${placed}`);
  expect(facts.reserved === placed, `stock has reserved ${facts.reserved} orders of ${placed}`);
  expect(facts.reservedTwice === 0, `stock has reserved ${facts.reservedTwice} lines more than once`);
  expect(facts.stockDifference === 0, `the stock is off by ${facts.stockDifference} pieces`);
  expect(facts.settled === placed, `payments has settled ${facts.settled} orders of ${placed}`);
  expect(facts.settledTwice === 0, `payments has ${facts.settledTwice} payments too many`);
  expect(facts.paid === placed, `${facts.paid} orders of ${placed} know that they are paid`);
  expect(facts.paidTwice === 0, `orders were told ${facts.paidTwice} times too often that they are paid`);
  expect(
    facts.projectedPaid === placed,
    `the read model has ${facts.projectedPaid} paid orders of ${placed}`,
  );
  expect(facts.repeatedTwice === 0, `${facts.repeatedTwice} repeated requests made a second order`);
  return problems;
}

async function withPool<Result>(url: string, work: (pool: pg.Pool) => Promise<Result>): Promise<Result> {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

async function readOrders(pool: pg.Pool, confirmed: ReadonlySet<string>) {
  const store = createPostgresEventStore<OrderEvent>({ pool });
  const placed = new Set<string>();
  const paid: string[] = [];
  let page = await store.readAll();
  for (;;) {
    for (const event of page.events) {
      if (event.type === 'OrderPlaced') placed.add(event.data.orderId);
      else paid.push(event.streamId);
    }
    if (page.complete) break;
    page = await store.readAll({ after: page.next });
  }
  const counted = await readOverview(store.view(overview.name));
  return {
    confirmed: confirmed.size,
    lost: [...confirmed].filter((orderId) => !placed.has(orderId)).length,
    placed: placed.size,
    projected: counted.placed,
    projectedPaid: counted.paid,
    paid: new Set(paid).size,
    paidTwice: paid.length - new Set(paid).size,
  };
}

async function readStock(pool: pg.Pool) {
  const { rows } = await pool.query<Record<'reserved' | 'twice' | 'difference', string>>(
    `select count(distinct order_id) as reserved,
       count(*) - count(distinct (order_id, article_id)) as twice,
       (select sum($1 - available) from article) - coalesce(sum(quantity), 0) as difference
     from reservation`,
    [INITIAL_STOCK],
  );
  const [row] = rows;
  return {
    reserved: Number(row?.reserved),
    reservedTwice: Number(row?.twice),
    stockDifference: Number(row?.difference),
  };
}

async function readPayments(pool: pg.Pool) {
  const { rows } = await pool.query<Record<'settled' | 'twice', string>>(
    'select count(distinct order_id) as settled, count(*) - count(distinct order_id) as twice from payment',
  );
  return { settled: Number(rows[0]?.settled), settledTwice: Number(rows[0]?.twice) };
}
