import { defineEvent } from '@ninefold/toolkit/events';
import { defineTopic } from '@ninefold/toolkit/kafka';
import { type OrderPlaced, orderPlacedSchema } from './generated/placed.ts';

/** The topic of orders that were placed, for its publisher and its readers. */
export const ordersPlaced = defineTopic({
  topic: 'orders.placed',
  event: defineEvent<OrderPlaced>({ type: 'orders.placed', version: 1, schema: orderPlacedSchema }),
  key: 'orderId',
});
