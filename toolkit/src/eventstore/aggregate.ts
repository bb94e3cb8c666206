import { ConcurrencyConflict } from './errors.ts';
import type { NewEvent, Recorded } from './event.ts';
import type { AppendOptions, AppendResult, EventStore } from './event-store.ts';

/**
 * What an aggregate is.
 *
 * @example
 * const options: AggregateOptions<OrderEvent, Order> = {
 *   store,
 *   initial: { lines: 0 },
 *   evolve: (order, event) => (event.type === 'LineAdded' ? { lines: order.lines + 1 } : order),
 *   snapshot: { name: 'order', schemaVersion: 1, every: 100 },
 * };
 */
export interface AggregateOptions<Event extends NewEvent, State> {
  readonly store: Pick<EventStore<Event>, 'append' | 'read' | 'snapshots'>;
  /** The state of a stream without events. */
  readonly initial: State;
  /** What an event makes of a state. Pure. */
  evolve(state: State, event: Recorded<Event>): State;
  /** @default every load folds the stream from its first event */
  readonly snapshot?: {
    readonly name: string;
    /** Change it when the form of the state changes: older snapshots are then not used. */
    readonly schemaVersion: number;
    /** Events between two snapshots. */
    readonly every: number;
    /** Told why a snapshot could not be saved, which fails nothing else. @default none */
    readonly onError?: (error: unknown) => void;
  };
}

/**
 * The state of a stream at a version.
 *
 * @example
 * const { state, version }: LoadedState<Order> = await orders.load('order-1');
 */
export interface LoadedState<State> {
  readonly state: State;
  /** 0 without events. */
  readonly version: number;
}

/**
 * How {@link Aggregate.execute} decides.
 *
 * @example
 * const options: ExecuteOptions = { attempts: 5 };
 */
export interface ExecuteOptions extends Omit<AppendOptions, 'expectedVersion'> {
  /** How often to decide at most, when others append to the stream meanwhile. @default 3 */
  readonly attempts?: number;
}

/**
 * Streams of one kind, folded to a state.
 *
 * @example
 * const orders: Aggregate<OrderEvent, Order> = createAggregate({ store, initial: { lines: 0 }, evolve });
 */
export interface Aggregate<Event extends NewEvent, State> {
  /** Folds a stream, from its newest snapshot if there is one. */
  load(streamId: string): Promise<LoadedState<State>>;
  /**
   * Loads a stream, decides, and appends what was decided, all over again when somebody else was faster. Undefined
   * when the decision was to do nothing.
   *
   * @throws ConcurrencyConflict when all attempts came too late, and whatever `decide` throws.
   */
  execute(
    streamId: string,
    decide: (state: State, version: number) => readonly Event[] | Promise<readonly Event[]>,
    options?: ExecuteOptions,
  ): Promise<AppendResult | undefined>;
}

/**
 * Makes an aggregate of a store and a fold.
 *
 * @example
 * const orders = createAggregate<OrderEvent, Order>({ store, initial: { lines: 0 }, evolve });
 * await orders.execute('order-1', (order) => (order.lines < 100 ? [{ type: 'LineAdded', data: null }] : []));
 */
export function createAggregate<Event extends NewEvent, State>(
  options: AggregateOptions<Event, State>,
): Aggregate<Event, State> {
  const { store, initial, evolve, snapshot } = options;
  const keyOf = (streamId: string) => ({
    streamId,
    name: snapshot?.name ?? '',
    schemaVersion: snapshot?.schemaVersion ?? 0,
  });

  async function load(streamId: string): Promise<LoadedState<State>> {
    const kept = snapshot && (await store.snapshots.load<State>(keyOf(streamId)));
    const snapshotAt = kept?.version ?? 0;
    let state = kept === undefined ? initial : kept.state;
    let version = snapshotAt;
    for (const event of await store.read(streamId, { from: version + 1 })) {
      state = evolve(state, event);
      version = event.version;
    }
    if (snapshot !== undefined && version - snapshotAt >= snapshot.every) {
      // Only a short cut: that it can't be saved must not fail the load.
      await store.snapshots.save(keyOf(streamId), { version, state }).catch(snapshot.onError ?? (() => {}));
    }
    return { state, version };
  }

  return {
    load,

    async execute(streamId, decide, executeOptions = {}) {
      const { attempts = 3, ...appendOptions } = executeOptions;
      for (let attempt = 1; ; attempt += 1) {
        const loaded = await load(streamId);
        const events = await decide(loaded.state, loaded.version);
        if (events.length === 0) return undefined;
        try {
          return await store.append(streamId, events, { ...appendOptions, expectedVersion: loaded.version });
        } catch (error) {
          if (!(error instanceof ConcurrencyConflict) || attempt >= attempts) throw error;
        }
      }
    },
  };
}
