import type { NewEvent, Position, Recorded } from './event.ts';
import type { Running } from './running.ts';

/**
 * What a handler is told beside the event.
 *
 * @example
 * const handle = async (event: RecordedEvent, { signal }: HandlerDelivery) => void (await fetch(url, { signal }));
 */
export interface HandlerDelivery {
  /** Aborted when this process has lost the subscription to another one, or is to stop. */
  readonly signal: AbortSignal;
}

/**
 * What subscriptions and projections have in common.
 *
 * @example
 * const options: SubscriptionOptions<OrderEvent> = { name: 'mails', types: ['OrderShipped'], batchSize: 20 };
 */
export interface SubscriptionOptions<Event extends NewEvent> {
  /** Unique within the store, lower-case letters, digits and underscores: where it stands is kept under this name. */
  readonly name: string;
  /** Only events of these types (as they were stored, before upcasting). @default all */
  readonly types?: readonly Event['type'][];
  /** Most events to read at once, and for a projection to handle in one transaction. @default 200 */
  readonly batchSize?: number;
  /** Longest time in milliseconds between two looks without a wake-up. @default 1000 */
  readonly pollInterval?: number;
  /** Time in milliseconds between two attempts of a process on standby to take over. @default 1000 */
  readonly takeOverInterval?: number;
  /**
   * Told of every failure, with the event at which it happened if a handler threw. The subscription waits and tries
   * again: it never leaves an event out. @default none
   */
  readonly onError?: (error: unknown, event: Recorded<Event> | undefined) => void;
}

/**
 * A handler of events with effects outside the database: each event at least once, in order.
 *
 * @example
 * const subscriber: Subscriber<OrderEvent> = {
 *   name: 'mails',
 *   handle: (event) => mailer.send(event.id, event.data),
 * };
 */
export interface Subscriber<Event extends NewEvent> extends SubscriptionOptions<Event> {
  /** Where it begins when it runs for the first time. @default 'beginning' */
  readonly from?: 'beginning' | 'end';
  /** Runs in the context that the event's metadata carries. */
  handle(event: Recorded<Event>, delivery: HandlerDelivery): Promise<void> | void;
}

/**
 * A subscription or projection that runs.
 *
 * @example
 * const { position } = await store.append('order-1', [placed]);
 * await projection.waitFor(position); // now the read model shows it
 */
export interface Subscription extends Running {
  /** Everything up to here has been handled, as far as this process knows. */
  readonly position: Position;
  /**
   * Resolves when everything up to a position has been handled, by whichever process.
   *
   * @throws the signal's reason.
   */
  waitFor(position: Position, signal?: AbortSignal): Promise<void>;
}
