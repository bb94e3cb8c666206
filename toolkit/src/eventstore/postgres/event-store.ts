import type { Clock } from '../../clock/index.ts';
import type { Context } from '../../context/index.ts';
import type { NewEvent } from '../event.ts';
import type { AppendOptions, AppendResult, EventStore } from '../event-store.ts';
import type { OutboxMapping } from '../outbox.ts';
import type { Upcaster } from '../upcasting.ts';
import type { PostgresPool, PostgresQueryable } from './client.ts';
import type { PostgresProjectionTransaction } from './projection-transaction.ts';
import type { PostgresStatus } from './status.ts';

/**
 * What `createPostgresEventStore` takes.
 *
 * @example
 * const options: PostgresEventStoreOptions = {
 *   pool: new pg.Pool({ connectionString }),
 *   outbox: (event) => (event.type === 'OrderPlaced' ? { topic: 'orders.placed', key: event.streamId } : undefined),
 * };
 */
export interface PostgresEventStoreOptions {
  /** Stays the caller's: it is not ended by the store. */
  readonly pool: PostgresPool;
  /** Where the tables are; up to 20 lower-case letters, digits and underscores. @default 'eventstore' */
  readonly schema?: string;
  /** @default none */
  readonly upcasters?: readonly Upcaster[];
  /** Makes messages of events, enqueued with their append. @default none */
  readonly outbox?: OutboxMapping;
  /** Longest time for one statement of a projection's batch, in milliseconds. @default 30000 */
  readonly statementTimeout?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * How {@link PostgresEventStore.append} appends.
 *
 * @example
 * const options: PostgresAppendOptions = { expectedVersion: 'none', transaction };
 */
export interface PostgresAppendOptions extends AppendOptions {
  /**
   * Append in this transaction, at PostgreSQL's default isolation (read committed), together with whatever else it
   * writes. The stream is locked until its end. @default a transaction of its own
   */
  readonly transaction?: PostgresQueryable;
}

/**
 * An event store on PostgreSQL 14 or later.
 *
 * @example
 * const store: PostgresEventStore<OrderEvent> = createPostgresEventStore({ pool });
 * await store.migrate();
 */
export interface PostgresEventStore<Event extends NewEvent = NewEvent> extends EventStore<
  Event,
  PostgresQueryable,
  PostgresProjectionTransaction
> {
  /** Brings the tables up to date; safe to call by all processes at once. */
  migrate(): Promise<void>;
  append(streamId: string, events: readonly Event[], options?: PostgresAppendOptions): Promise<AppendResult>;
  /**
   * Does work in a transaction that carries the context (deadline, tenant, principal, trace), for appends together
   * with other writes. Commits when the work resolves.
   */
  transaction<Result>(
    work: (transaction: PostgresQueryable) => Promise<Result> | Result,
    context?: Context,
  ): Promise<Result>;
  /**
   * Drops the tables of a projection's versions that a newer one has replaced, and names the versions. Until then
   * they are there to be looked at, but nothing keeps them up to date.
   */
  dropRetired(projection: string): Promise<readonly number[]>;
  /** What the database says: how far subscriptions are behind, what holds them back, how much waits in the outbox. */
  status(): Promise<PostgresStatus>;
}
