import type { Running } from './running.ts';

/**
 * A message to be published when, and only when, the transaction that enqueued it is committed.
 *
 * @example
 * const message: OutboxMessage = { topic: 'orders.placed', key: 'order-1', payload: { total: 12 } };
 */
export interface OutboxMessage {
  readonly topic: string;
  /** Messages of one key are published in the order in which they were enqueued. @default none */
  readonly key?: string;
  /** @default the event's data, for a message made of an event */
  readonly payload?: unknown;
  /** @default the event's metadata, for a message made of an event; else the current context, under the names of `carrierFields` */
  readonly headers?: Readonly<Record<string, string>>;
  /** A UUID by which consumers recognise a message they have had. @default the event's id, or a new one */
  readonly id?: string;
}

/**
 * A message on its way out.
 *
 * @example
 * const toRecord = (message: PendingMessage) => ({
 *   topic: message.topic, key: message.key, value: JSON.stringify(message.payload), headers: message.headers,
 * });
 */
export interface PendingMessage {
  /** The same whenever it is published again: what an inbox goes by. */
  readonly id: string;
  readonly topic: string;
  readonly key: string | undefined;
  readonly payload: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly enqueuedAt: Date;
}

/**
 * How {@link Outbox.relay} works.
 *
 * @example
 * const options: RelayOptions = { publish: (messages) => producer.send(messages.map(toRecord)) };
 */
export interface RelayOptions {
  /**
   * Publishes messages in the order given, and resolves when the broker has them for good. When it rejects, or the
   * process dies, they come again: at least once, each time with the same id.
   */
  publish(messages: readonly PendingMessage[], signal: AbortSignal): Promise<unknown>;
  /** Most messages for one call. @default 200 */
  readonly batchSize?: number;
  /** Longest time in milliseconds between two looks without a wake-up. @default 1000 */
  readonly pollInterval?: number;
  /** Time in milliseconds between two attempts of a process on standby to take over. @default 1000 */
  readonly takeOverInterval?: number;
  /** Told of every failure; the relay tries again. @default none */
  readonly onError?: (error: unknown) => void;
}

/**
 * Messages kept in the database until they are published.
 *
 * @example
 * const relay = store.outbox.relay({ publish: (messages) => producer.send(messages.map(toRecord)) });
 */
export interface Outbox<Transaction> {
  /** Adds messages to a transaction. Those of an event store's own events are added by its `outbox` option. */
  enqueue(transaction: Transaction, messages: readonly OutboxMessage[]): Promise<void>;
  /** Publishes what comes until it is stopped. Of all that run, in whatever process, one works; the rest stand by. */
  relay(options: RelayOptions): Running;
  /** How many messages wait. */
  depth(): Promise<number>;
}

/**
 * What an append knows of an event whose messages are to be made.
 *
 * @example
 * const keyOf = ({ streamId, type }: OutgoingEvent) => `${type}/${streamId}`;
 */
export interface OutgoingEvent {
  readonly id: string;
  readonly streamId: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: unknown;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Makes an event's messages; called while it is appended, so it should be pure and quick.
 *
 * @example
 * const outbox: OutboxMapping = (event) =>
 *   event.type === 'OrderPlaced' ? { topic: 'orders.placed', key: event.streamId } : undefined;
 */
export type OutboxMapping = (event: OutgoingEvent) => OutboxMessage | readonly OutboxMessage[] | undefined;
