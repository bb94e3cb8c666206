import {
  type Aggregate,
  createAggregate,
  type EventStore,
  type NewEvent,
  type Recorded,
} from '@ninefold/toolkit/eventstore';

/** A line of an order. */
export interface Line {
  readonly articleId: string;
  readonly quantity: number;
}

/** Everything that can happen to an order. */
export type OrderEvent =
  | NewEvent<
      'OrderPlaced',
      { readonly orderId: string; readonly lines: readonly Line[]; readonly total: number }
    >
  | NewEvent<'OrderPaid', { readonly paymentId: string }>;

/** What its events make of an order. */
export interface Order {
  readonly status: 'unknown' | 'placed' | 'paid';
  readonly lines: readonly Line[];
  /** In cents. */
  readonly total: number;
}

/** The stream of an order. */
export function streamOf(orderId: string): string {
  return `order-${orderId}`;
}

/** What one more event makes of an order. */
export function evolve(order: Order, event: Recorded<OrderEvent>): Order {
  switch (event.type) {
    case 'OrderPlaced':
      return { status: 'placed', lines: event.data.lines, total: event.data.total };
    case 'OrderPaid':
      return { ...order, status: 'paid' };
  }
}

/** Orders, folded from their streams. */
export function ordersIn(store: EventStore<OrderEvent>): Aggregate<OrderEvent, Order> {
  return createAggregate({ store, initial: { status: 'unknown', lines: [], total: 0 }, evolve });
}
