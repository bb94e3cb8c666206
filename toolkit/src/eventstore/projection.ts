import type { NewEvent, Recorded } from './event.ts';
import type { HandlerDelivery, SubscriptionOptions } from './subscription.ts';

/**
 * Documents by key: the read model that every store offers. What a handler reads includes what it wrote before.
 *
 * @example
 * const order = (await view.get<Order>('order-1')) ?? { lines: 0 };
 * view.put('order-1', { ...order, lines: order.lines + 1 });
 */
export interface ProjectionView {
  get<Document>(key: string): Promise<Document | undefined>;
  /** Keeps a document, as `JSON.stringify` writes it. */
  put(key: string, document: unknown): void;
  delete(key: string): void;
}

/**
 * What a projection's handler writes with. It is committed together with the projection's place in the log, or not
 * at all.
 *
 * @example
 * const handle = (event: RecordedEvent, { view }: ProjectionTransaction) => view.put(event.streamId, event.data);
 */
export interface ProjectionTransaction {
  readonly view: ProjectionView;
}

/**
 * A read model: what events have come to. Each event has its effect exactly once, in order.
 *
 * Change the version when the handler changes: the new version is built beside the old one, from the first event,
 * and takes its place when it has caught up. Until then readers see the old one.
 *
 * @example
 * const totals: Projection<OrderEvent> = {
 *   name: 'totals',
 *   version: 2,
 *   async handle(event, { view }) {
 *     const total = (await view.get<number>(event.streamId)) ?? 0;
 *     if (event.type === 'OrderPlaced') view.put(event.streamId, total + event.data.total);
 *   },
 * };
 */
export interface Projection<
  Event extends NewEvent,
  Transaction extends ProjectionTransaction = ProjectionTransaction,
> extends SubscriptionOptions<Event> {
  /** 1, 2, 3, …: only the greatest that has caught up is seen. @default 1 */
  readonly version?: number;
  /** Makes what the handler needs (tables of its own), once per version. @default nothing */
  setup?(transaction: Transaction): Promise<void> | void;
  /** Runs in the context that the event's metadata carries. */
  handle(event: Recorded<Event>, transaction: Transaction, delivery: HandlerDelivery): Promise<void> | void;
}

/**
 * Reads a projection's documents: those of the version that has caught up.
 *
 * @example
 * const total = await store.view('totals').get<number>('order-1');
 */
export interface ViewReader {
  get<Document>(key: string): Promise<Document | undefined>;
  /** Documents by ascending key (by code points), beginning after one. */
  list<Document>(options?: {
    /** @default from the first */
    readonly after?: string;
    /** @default 100 */
    readonly limit?: number;
  }): Promise<readonly { readonly key: string; readonly document: Document }[]>;
}
