import type { Context } from '../context/index.ts';
import type { EventMetadata, ExpectedVersion, NewEvent, Position, Recorded } from './event.ts';
import type { Inbox } from './inbox.ts';
import type { Outbox } from './outbox.ts';
import type { Projection, ProjectionTransaction, ViewReader } from './projection.ts';
import type { RunningDescription } from './running.ts';
import type { Snapshots } from './snapshot.ts';
import type { Subscriber, Subscription } from './subscription.ts';

/**
 * How {@link EventStore.append} appends.
 *
 * @example
 * const options: AppendOptions = { expectedVersion: order.version };
 */
export interface AppendOptions {
  /** @default 'any' */
  readonly expectedVersion?: ExpectedVersion;
  /** Laid under each event's own. @default none */
  readonly metadata?: EventMetadata;
  /** Whose deadline and signal end the append, and whose trace, tenant and baggage are kept. @default the current */
  readonly context?: Context;
}

/**
 * What {@link EventStore.append} did.
 *
 * @example
 * const { version, position } = await store.append('order-1', [placed]);
 */
export interface AppendResult {
  /** The stream's version after the last of these events. */
  readonly version: number;
  /** Where the last of these events stands. */
  readonly position: Position;
  /** Whether these events had been appended before, by their ids, and nothing was done now. */
  readonly repeated: boolean;
}

/**
 * What to read of a stream.
 *
 * @example
 * const latest: ReadOptions = { direction: 'backwards', limit: 1 };
 */
export interface ReadOptions {
  /** The first version to read. @default 1, or the last when reading backwards */
  readonly from?: number;
  /** @default 'forwards' */
  readonly direction?: 'forwards' | 'backwards';
  /** @default all */
  readonly limit?: number;
  /** Whose deadline and signal end it. @default the current */
  readonly context?: Context;
}

/**
 * What to read of the whole log.
 *
 * @example
 * const options: ReadAllOptions<OrderEvent> = { after: page.next, types: ['OrderPlaced'] };
 */
export interface ReadAllOptions<Event extends NewEvent> {
  /** @default the beginning */
  readonly after?: Position;
  /** Only events of these types (as they were stored). @default all */
  readonly types?: readonly Event['type'][];
  /** Most events to look at: with `types`, fewer may come back. @default 500 */
  readonly limit?: number;
  /** Whose deadline and signal end it. @default the current */
  readonly context?: Context;
}

/**
 * A part of the log.
 *
 * @example
 * for (let page = await store.readAll(); page.events.length > 0; page = await store.readAll({ after: page.next })) {
 *   for (const event of page.events) console.log(event.type);
 * }
 */
export interface LogPage<Event extends NewEvent> {
  readonly events: readonly Recorded<Event>[];
  /** What to read after. */
  readonly next: Position;
  /** Whether this was all that may be read now. */
  readonly complete: boolean;
  /** Whether committed events can't be read yet, because an older transaction may still put events before them. */
  readonly heldBack: boolean;
}

/**
 * What a store holds and how it is doing, as plain data.
 *
 * @example
 * const { kind, running }: EventStoreDescription = store.describe();
 */
export interface EventStoreDescription {
  readonly kind: string;
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** What this process has done. */
  readonly counters: Readonly<Record<string, number>>;
  /** Subscriptions, projections and relays of this process. */
  readonly running: readonly RunningDescription[];
}

/**
 * Streams of events, with everything that follows from them. `createPostgresEventStore` makes the real one,
 * `createMemoryEventStore` one for tests; both pass the same suite.
 *
 * @example
 * const store: EventStore<OrderEvent> = createPostgresEventStore({ pool });
 * await store.append('order-1', [{ type: 'OrderPlaced', data: { total: 12 } }], { expectedVersion: 'none' });
 * const events = await store.read('order-1');
 */
export interface EventStore<
  Event extends NewEvent = NewEvent,
  Transaction extends object = object,
  Projecting extends ProjectionTransaction = ProjectionTransaction,
> {
  /**
   * Adds events to the end of a stream: all or none. A repetition (the same ids in the same order) changes nothing
   * and gives the first append's result.
   *
   * @throws ConcurrencyConflict when the stream is not as expected.
   * @throws EventIdConflict when ids are taken by other events.
   * @throws InvalidInput with every violation.
   * @throws DeadlineExceeded or the signal's reason; the append may have happened nevertheless.
   */
  append(streamId: string, events: readonly Event[], options?: AppendOptions): Promise<AppendResult>;
  /** Reads a stream's events; none for a stream that does not exist. */
  read(streamId: string, options?: ReadOptions): Promise<readonly Recorded<Event>[]>;
  /** Reads the log of all streams in the order of positions: gaplessly, and in order within each stream. */
  readAll(options?: ReadAllOptions<Event>): Promise<LogPage<Event>>;
  /** The position of the last committed event: what to wait for to have seen everything until now. */
  head(): Promise<Position>;
  /** Runs a handler for each event, at least once and in order, in one process at a time. */
  subscribe(subscriber: Subscriber<Event>): Subscription;
  /** Keeps a read model, with each event's effect exactly once. */
  project(projection: Projection<Event, Projecting>): Subscription;
  /** Reads a projection's documents. */
  view(projection: string): ViewReader;
  readonly snapshots: Snapshots;
  readonly outbox: Outbox<Transaction>;
  readonly inbox: Inbox<Transaction>;
  describe(): EventStoreDescription;
  /** Stops all that runs. What was given to the store (a pool) stays open. */
  close(): Promise<void>;
}
