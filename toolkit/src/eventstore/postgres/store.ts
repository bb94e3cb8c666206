import { type Clock, systemClock } from '../../clock/index.ts';
import { type Context, currentContext } from '../../context/index.ts';
import { beginning, type NewEvent, type Position, type Recorded } from '../event.ts';
import type {
  AppendOptions,
  AppendResult,
  EventStoreDescription,
  LogPage,
  ReadAllOptions,
  ReadOptions,
} from '../event-store.ts';
import { checkProjectionName, checkRead, checkReadAll, checkStatementTimeout } from '../input-checks.ts';
import { type PreparedAppend, prepareAppend } from '../prepare-append.ts';
import type { Projection } from '../projection.ts';
import type { Running } from '../running.ts';
import type { Subscriber, Subscription } from '../subscription.ts';
import { createUpcasting, type Upcasting } from '../upcasting.ts';
import { Appender } from './appender.ts';
import type { PostgresPool, PostgresQueryable } from './client.ts';
import { guardPool } from './connection.ts';
import type { PostgresAppendOptions, PostgresEventStore, PostgresEventStoreOptions } from './event-store.ts';
import { PostgresInbox } from './inbox.ts';
import { migrate, migrationScript } from './migrate.ts';
import { Notifier } from './notifier.ts';
import { PostgresOutbox } from './outbox.ts';
import type { PostgresProjectionTransaction } from './projection-transaction.ts';
import { dropRetiredVersions } from './projection-versions.ts';
import { Reader } from './reader.ts';
import { PostgresSnapshots } from './snapshots.ts';
import { readStatus, type PostgresStatus } from './status.ts';
import { SubscriptionStarter } from './subscription-starter.ts';
import { type Tables, tablesOf } from './tables.ts';
import { inTransaction } from './transaction.ts';
import { PostgresViewReader } from './view-reader.ts';

class PostgresStore<Event extends NewEvent> implements PostgresEventStore<Event> {
  readonly snapshots: PostgresSnapshots;
  readonly outbox: PostgresOutbox;
  readonly inbox: PostgresInbox;
  readonly #options: PostgresEventStoreOptions;
  readonly #pool: PostgresPool;
  readonly #tables: Tables;
  readonly #upcasting: Upcasting;
  readonly #appender: Appender;
  readonly #reader: Reader<Event>;
  readonly #notifier: Notifier;
  readonly #starter: SubscriptionStarter<Event>;
  readonly #running = new Set<Running>();

  constructor(options: PostgresEventStoreOptions) {
    const { pool } = options;
    const clock = options.clock ?? systemClock;
    checkStatementTimeout(options.statementTimeout);
    guardPool(pool);
    this.#options = options;
    this.#pool = pool;
    this.#tables = tablesOf(options.schema ?? 'eventstore');
    this.#upcasting = createUpcasting(options.upcasters ?? []);
    this.#appender = new Appender(pool, this.#tables);
    this.#reader = new Reader(pool, this.#tables, this.#upcasting);
    this.#notifier = new Notifier(pool, this.#tables);
    this.#starter = new SubscriptionStarter({
      pool,
      tables: this.#tables,
      reader: this.#reader,
      clock,
      statementTimeout: options.statementTimeout ?? 30_000,
    });
    this.snapshots = new PostgresSnapshots(pool, this.#tables);
    this.outbox = new PostgresOutbox({
      pool,
      tables: this.#tables,
      clock,
      onStart: (running) => this.#add(running),
    });
    this.inbox = new PostgresInbox(pool, this.#tables);
  }

  migrate(): Promise<void> {
    return migrate(this.#pool, this.#tables, currentContext());
  }

  async append(
    streamId: string,
    events: readonly Event[],
    options: PostgresAppendOptions = {},
  ): Promise<AppendResult> {
    const context = options.context ?? currentContext();
    const prepared = this.#prepare(streamId, events, options, context);
    if (options.transaction !== undefined) return this.#appender.appendWithin(options.transaction, prepared);
    const result = await this.#appender.append(prepared, context);
    if (!result.repeated) this.#notifier.announce();
    return result;
  }

  async read(streamId: string, options: ReadOptions = {}): Promise<readonly Recorded<Event>[]> {
    checkRead(options);
    return this.#reader.stream(streamId, options, options.context ?? currentContext());
  }

  async readAll(options: ReadAllOptions<Event> = {}): Promise<LogPage<Event>> {
    checkReadAll(options);
    const range = { after: options.after ?? beginning, types: options.types, limit: options.limit ?? 500 };
    return this.#reader.log(range, options.context ?? currentContext());
  }

  head(): Promise<Position> {
    return this.#reader.head(currentContext());
  }

  subscribe(subscriber: Subscriber<Event>): Subscription {
    return this.#started(this.#starter.subscribe(subscriber));
  }

  project(projection: Projection<Event, PostgresProjectionTransaction>): Subscription {
    return this.#started(this.#starter.project(projection));
  }

  view(projection: string): PostgresViewReader {
    checkProjectionName(projection);
    return new PostgresViewReader(this.#pool, this.#tables, projection);
  }

  transaction<Result>(
    work: (transaction: PostgresQueryable) => Promise<Result> | Result,
    context: Context = currentContext(),
  ): Promise<Result> {
    return inTransaction(this.#pool, context, work);
  }

  dropRetired(projection: string): Promise<readonly number[]> {
    checkProjectionName(projection);
    return inTransaction(this.#pool, currentContext(), (transaction) =>
      dropRetiredVersions(transaction, this.#tables, projection),
    );
  }

  status(): Promise<PostgresStatus> {
    return readStatus(this.#pool, this.#tables, currentContext());
  }

  describe(): EventStoreDescription {
    const { schema, statementTimeout, upcasters, outbox } = this.#options;
    return {
      kind: 'postgresql',
      settings: {
        schema: schema ?? 'eventstore',
        statementTimeout: statementTimeout ?? 30_000,
        upcasters: upcasters?.length ?? 0,
        outbox: outbox !== undefined,
      },
      counters: { ...this.#appender.counters },
      running: [...this.#running].map((running) => running.describe()),
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((running) => running.stop()));
    await this.#notifier.flush();
  }

  #add(running: Running): void {
    for (const other of this.#running) if (other.state === 'stopped') this.#running.delete(other);
    this.#running.add(running);
  }

  #prepare(
    streamId: string,
    events: readonly Event[],
    options: AppendOptions,
    context: Context,
  ): PreparedAppend {
    return prepareAppend(streamId, events, {
      expectedVersion: options.expectedVersion ?? 'any',
      metadata: options.metadata,
      context,
      currentVersion: this.#upcasting.currentVersion,
      outbox: this.#options.outbox,
    });
  }

  #started(subscription: Subscription): Subscription {
    this.#add(subscription);
    return subscription;
  }
}

/**
 * An event store on PostgreSQL.
 *
 * @throws InvalidInput when the schema's name or the upcasters are not valid.
 * @example
 * const store = createPostgresEventStore<OrderEvent>({ pool: new pg.Pool({ connectionString }) });
 * await store.migrate();
 * await store.append('order-1', [{ type: 'OrderPlaced', data: { total: 12 } }], { expectedVersion: 'none' });
 */
export function createPostgresEventStore<Event extends NewEvent = NewEvent>(
  options: PostgresEventStoreOptions,
): PostgresEventStore<Event> {
  return new PostgresStore<Event>(options);
}

/**
 * The outbox alone, for a service that keeps its state in tables of its own; in the schema that an event store's
 * `migrate` has made.
 *
 * @example
 * const outbox = createPostgresOutbox({ pool });
 * await outbox.enqueue(transaction, [{ topic: 'orders.placed', key: 'order-1', payload: { total: 12 } }]);
 */
export function createPostgresOutbox(options: {
  readonly pool: PostgresPool;
  readonly schema?: string;
  readonly clock?: Clock;
}): PostgresOutbox {
  guardPool(options.pool);
  return new PostgresOutbox({ ...options, tables: tablesOf(options.schema ?? 'eventstore') });
}

/**
 * The inbox alone, for a consumer without an event store; in the schema that an event store's `migrate` has made.
 *
 * @example
 * const inbox = createPostgresInbox({ pool });
 * await inbox.process({ consumer: 'billing', messageId: message.id }, (transaction) => bill(transaction, message));
 */
export function createPostgresInbox(options: {
  readonly pool: PostgresPool;
  readonly schema?: string;
}): PostgresInbox {
  guardPool(options.pool);
  return new PostgresInbox(options.pool, tablesOf(options.schema ?? 'eventstore'));
}

/**
 * The tables' definition as a script, for databases whose schema is changed by an administrator instead of `migrate`.
 *
 * @example
 * writeFileSync('eventstore.sql', postgresEventStoreSchema());
 */
export function postgresEventStoreSchema(schema = 'eventstore'): string {
  return migrationScript(tablesOf(schema));
}
