import { type Clock, systemClock } from '../../clock/index.ts';
import { currentContext, throwIfDone } from '../../context/index.ts';
import { InvalidInput } from '../errors.ts';
import { beginning, type NewEvent, type Position, type Recorded } from '../event.ts';
import type {
  AppendOptions,
  AppendResult,
  EventStore,
  EventStoreDescription,
  LogPage,
  ReadAllOptions,
  ReadOptions,
} from '../event-store.ts';
import { checkProjectionName, checkRead, checkReadAll, checkSubscription } from '../input-checks.ts';
import type { OutboxMapping } from '../outbox.ts';
import { prepareAppend } from '../prepare-append.ts';
import type { Projection, ViewReader } from '../projection.ts';
import type { Running } from '../running.ts';
import { startSubscription, type SubscriptionWork } from '../start-subscription.ts';
import type { Subscriber, Subscription, SubscriptionOptions } from '../subscription.ts';
import { createUpcasting, type Upcaster, type Upcasting } from '../upcasting.ts';
import { WakeUp } from '../wake-up.ts';
import { MemoryInbox } from './inbox.ts';
import { MemoryLeases } from './leases.ts';
import { MemoryLog } from './log.ts';
import { MemoryOutbox, type MemoryTransaction } from './outbox.ts';
import { MemoryProjection, MemoryProjectionWork } from './projection-work.ts';
import { MemorySnapshots } from './snapshots.ts';
import { MemorySubscriberWork } from './subscriber-work.ts';
import { MemoryView, MemoryViewReader } from './view.ts';

/**
 * What {@link createMemoryEventStore} takes.
 *
 * @example
 * const options: MemoryEventStoreOptions = { clock: new VirtualClock() };
 */
export interface MemoryEventStoreOptions {
  /** @default none */
  readonly upcasters?: readonly Upcaster[];
  /** @default none */
  readonly outbox?: OutboxMapping;
  /** @default systemClock */
  readonly clock?: Clock;
}

class MemoryEventStore<Event extends NewEvent> implements EventStore<Event, MemoryTransaction> {
  readonly snapshots = new MemorySnapshots();
  readonly outbox: MemoryOutbox;
  readonly inbox: MemoryInbox;
  readonly #options: MemoryEventStoreOptions;
  readonly #clock: Clock;
  readonly #upcasting: Upcasting;
  readonly #log: MemoryLog<Event>;
  readonly #leases = new MemoryLeases();
  readonly #places = new Map<string, Position>();
  readonly #projections = new Map<string, MemoryProjection>();
  readonly #wakeUps = new Set<WakeUp>();
  readonly #running = new Set<Running>();

  constructor(options: MemoryEventStoreOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#upcasting = createUpcasting(options.upcasters ?? []);
    this.#log = new MemoryLog(this.#upcasting, () => this.#clock.wall());
    this.outbox = new MemoryOutbox(this.#leases, this.#clock, (running) => void this.#running.add(running));
    this.inbox = new MemoryInbox(this.#clock);
  }

  async append(
    streamId: string,
    events: readonly Event[],
    options: AppendOptions = {},
  ): Promise<AppendResult> {
    const context = options.context ?? currentContext();
    const prepared = prepareAppend(streamId, events, {
      expectedVersion: options.expectedVersion ?? 'any',
      metadata: options.metadata,
      context,
      currentVersion: this.#upcasting.currentVersion,
      outbox: this.#options.outbox,
    });
    throwIfDone(context);
    const result = this.#log.append(prepared);
    if (!result.repeated) {
      this.outbox.enqueueOf(prepared);
      for (const wakeUp of this.#wakeUps) wakeUp.notify();
    }
    return result;
  }

  async read(streamId: string, options: ReadOptions = {}): Promise<readonly Recorded<Event>[]> {
    checkRead(options);
    throwIfDone(options.context ?? currentContext());
    return this.#log.stream(streamId, options);
  }

  async readAll(options: ReadAllOptions<Event> = {}): Promise<LogPage<Event>> {
    checkReadAll(options);
    throwIfDone(options.context ?? currentContext());
    return this.#log.page(options.after ?? beginning, options.types, options.limit ?? 500);
  }

  async head(): Promise<Position> {
    return this.#log.head;
  }

  subscribe(subscriber: Subscriber<Event>): Subscription {
    checkSubscription('Subscribing', subscriber);
    const { name } = subscriber;
    this.#refuseOtherKind(name, this.#projections.has(name));
    return this.#start(subscriber, name, (release) =>
      Promise.resolve(new MemorySubscriberWork(this.#log, this.#places, subscriber, release)),
    );
  }

  project(projection: Projection<Event>): Subscription {
    checkSubscription('Projecting', projection);
    const { name, version = 1 } = projection;
    this.#refuseOtherKind(name, this.#places.has(name));
    const versions = this.#projections.get(name) ?? new MemoryProjection();
    this.#projections.set(name, versions);
    return this.#start(projection, `${name}@${version}`, async (release) => {
      const prepared = versions.prepare(version);
      if (prepared === undefined) return 'retired';
      const { entry, isNew } = prepared;
      if (isNew) {
        const view = new MemoryView(entry.documents);
        await projection.setup?.({ view });
        view.commit();
        versions.versions.set(version, entry);
      }
      return new MemoryProjectionWork({ log: this.#log, projection, versions, entry, release });
    });
  }

  view(projection: string): ViewReader {
    checkProjectionName(projection);
    return new MemoryViewReader(() => this.#projections.get(projection)?.live?.documents);
  }

  describe(): EventStoreDescription {
    const { upcasters, outbox } = this.#options;
    return {
      kind: 'memory',
      settings: { upcasters: upcasters?.length ?? 0, outbox: outbox !== undefined },
      counters: {},
      running: [...this.#running].map((running) => running.describe()),
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((running) => running.stop()));
  }

  #start(
    options: SubscriptionOptions<Event>,
    lease: string,
    prepare: (release: () => void) => Promise<SubscriptionWork | 'retired'>,
  ): Subscription {
    const wakeUp = new WakeUp();
    this.#wakeUps.add(wakeUp);
    const release = () => this.#leases.release(lease);
    const subscription = startSubscription(options, {
      clock: this.#clock,
      wakeUp,
      acquire: async () => {
        if (!this.#leases.take(lease)) return undefined;
        try {
          const prepared = await prepare(release);
          if (prepared === 'retired') release();
          return prepared;
        } catch (error) {
          release();
          throw error;
        }
      },
      storedPosition: async () =>
        this.#places.get(options.name) ?? this.#projections.get(options.name)?.live?.position ?? beginning,
    });
    this.#running.add(subscription);
    return subscription;
  }

  #refuseOtherKind(name: string, taken: boolean): void {
    if (taken) {
      throw new InvalidInput(`Running ${name}`, [
        'name: a subscription and a projection of one store can’t have the same; take another name',
      ]);
    }
  }
}

/**
 * An event store in memory, for tests: it behaves as the one on PostgreSQL does, and passes the same suite. What it
 * can't show is what only several processes and transactions can do to each other.
 *
 * @throws InvalidInput when the upcasters are not valid.
 * @example
 * const store = createMemoryEventStore<OrderEvent>();
 * await store.append('order-1', [{ type: 'OrderPlaced', data: { total: 12 } }]);
 */
export function createMemoryEventStore<Event extends NewEvent = NewEvent>(
  options: MemoryEventStoreOptions = {},
): EventStore<Event, MemoryTransaction> {
  return new MemoryEventStore<Event>(options);
}
