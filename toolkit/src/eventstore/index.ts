/**
 * An event store on PostgreSQL: streams, subscriptions that neither lose nor reorder, projections, snapshots,
 * upcasters, a transactional outbox and an inbox.
 *
 * @module
 */
export {
  type Aggregate,
  type AggregateOptions,
  createAggregate,
  type ExecuteOptions,
  type LoadedState,
} from './aggregate.ts';
export { ConcurrencyConflict, EventIdConflict, InvalidInput } from './errors.ts';
export {
  beginning,
  type EventMetadata,
  type ExpectedVersion,
  type NewEvent,
  type Position,
  type Recorded,
  type RecordedEvent,
} from './event.ts';
export { createEventId } from './event-id.ts';
export type {
  AppendOptions,
  AppendResult,
  EventStore,
  EventStoreDescription,
  LogPage,
  ReadAllOptions,
  ReadOptions,
} from './event-store.ts';
export type { Delivery, Inbox, InboxOutcome } from './inbox.ts';
export type {
  Outbox,
  OutboxMapping,
  OutboxMessage,
  OutgoingEvent,
  PendingMessage,
  RelayOptions,
} from './outbox.ts';
export type {
  PostgresClient,
  PostgresPool,
  PostgresQueryable,
  PostgresResult,
  PostgresStatement,
} from './postgres/client.ts';
export type {
  PostgresAppendOptions,
  PostgresEventStore,
  PostgresEventStoreOptions,
} from './postgres/event-store.ts';
export type { PostgresProjectionTransaction } from './postgres/projection-transaction.ts';
export type { HorizonHolder, PostgresStatus, SubscriptionStatus } from './postgres/status.ts';
export {
  createPostgresEventStore,
  createPostgresInbox,
  createPostgresOutbox,
  postgresEventStoreSchema,
} from './postgres/store.ts';
export type { Projection, ProjectionTransaction, ProjectionView, ViewReader } from './projection.ts';
export type { Running, RunningDescription, RunningState } from './running.ts';
export type { Snapshot, SnapshotKey, Snapshots } from './snapshot.ts';
export type { HandlerDelivery, Subscriber, Subscription, SubscriptionOptions } from './subscription.ts';
export { createUpcasting, type EventBody, type Upcaster, type Upcasting } from './upcasting.ts';
