import { randomUUID } from 'node:crypto';
import type { EventStore } from '@ninefold/toolkit/eventstore';
import { type ApiClient, type Handlers, ProblemError } from '@ninefold/toolkit/http';
import { wideEvent } from '@ninefold/toolkit/telemetry';
import type { operations as StockOperations } from '../stock/generated/api.ts';
import type { operations } from './generated/api.ts';
import { type Line, type OrderEvent, ordersIn, streamOf } from './order.ts';
import { overview, readOverview } from './overview.ts';

/** What the API of orders does. */
export function createHandlers(
  store: EventStore<OrderEvent>,
  stock: Pick<ApiClient<StockOperations>, 'getArticle'>,
): Handlers<operations> {
  const orders = ordersIn(store);

  /** What lines cost at this moment, in cents. */
  async function priceOf(lines: readonly Line[]): Promise<number> {
    const costs = await Promise.all(
      lines.map(async ({ articleId, quantity }) => {
        const answer = await stock.getArticle({ path: { articleId } });
        if (answer.status === 200) return answer.body.price * quantity;
        throw new ProblemError({ status: 422, title: 'Unknown article', detail: `There is no ${articleId}` });
      }),
    );
    return costs.reduce((sum, cost) => sum + cost, 0);
  }

  return {
    // The key that the document asks for is kept by the server: a repetition gets the first answer and comes not here.
    async placeOrder({ body: { lines } }) {
      const total = await priceOf(lines);
      const orderId = randomUUID();
      wideEvent().set({ 'order.id': orderId, 'order.lines': lines.length, 'order.total': total });
      await store.append(streamOf(orderId), [{ type: 'OrderPlaced', data: { orderId, lines, total } }], {
        expectedVersion: 'none',
      });
      return { status: 201, body: { orderId, status: 'placed', lines, total } };
    },

    async getOrder({ path: { orderId } }) {
      const { lines, total, status } = (await orders.load(streamOf(orderId))).state;
      if (status !== 'unknown') return { status: 200, body: { orderId, status, lines, total } };
      return { status: 404, body: { title: 'No such order', status: 404 } };
    },

    async getOverview() {
      return { status: 200, body: await readOverview(store.view(overview.name)) };
    },
  };
}
