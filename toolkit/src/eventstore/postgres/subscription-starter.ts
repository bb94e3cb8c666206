import type { Clock } from '../../clock/index.ts';
import { rootContext } from '../../context/index.ts';
import { InvalidInput } from '../errors.ts';
import { beginning, type NewEvent, type Position } from '../event.ts';
import { checkSubscription } from '../input-checks.ts';
import type { Projection } from '../projection.ts';
import { startSubscription, type SubscriptionWork } from '../start-subscription.ts';
import type { Subscriber, Subscription, SubscriptionOptions } from '../subscription.ts';
import { WakeUp } from '../wake-up.ts';
import {
  type Checkpoint,
  type CheckpointKey,
  createCheckpoint,
  currentPosition,
  loadCheckpoint,
} from './checkpoint.ts';
import type { PostgresPool } from './client.ts';
import { withClient } from './connection.ts';
import { OwnedConnection } from './owned-connection.ts';
import type { PostgresProjectionTransaction } from './projection-transaction.ts';
import { prepareVersion } from './projection-versions.ts';
import { ProjectionWork } from './projection-work.ts';
import type { Reader } from './reader.ts';
import { SubscriberWork } from './subscriber-work.ts';
import type { Tables } from './tables.ts';
import { inTransaction } from './transaction.ts';

/** What subscriptions are started with. */
export interface StarterParts<Event extends NewEvent> {
  readonly pool: PostgresPool;
  readonly tables: Tables;
  readonly reader: Reader<Event>;
  readonly clock: Clock;
  readonly statementTimeout: number;
}

type Prepare = (connection: OwnedConnection, lost: AbortSignal) => Promise<SubscriptionWork | 'retired'>;

/** Starts subscriptions and projections, each with a runner, a lock and a place in the log. */
export class SubscriptionStarter<Event extends NewEvent> {
  readonly #parts: StarterParts<Event>;

  constructor(parts: StarterParts<Event>) {
    this.#parts = parts;
  }

  subscribe(subscriber: Subscriber<Event>): Subscription {
    checkSubscription('Subscribing', subscriber);
    const { tables, reader } = this.#parts;
    // A subscription keeps its place under one version: there is nothing to build anew.
    const key: CheckpointKey = { name: subscriber.name, version: 1 };
    return this.#start('subscription', subscriber, key, async (connection, lost) => {
      const { client } = connection;
      let checkpoint = await loadCheckpoint(client, tables, key);
      if (checkpoint === undefined) {
        const position = subscriber.from === 'end' ? await reader.settledHead(client) : beginning;
        checkpoint = { kind: 'subscription', state: 'live', position };
        await createCheckpoint(client, tables, key, checkpoint);
      }
      refuseOtherKind(checkpoint, 'subscription', key);
      return new SubscriberWork({
        connection,
        tables,
        reader,
        subscriber,
        key,
        lost,
        position: checkpoint.position,
      });
    });
  }

  project(projection: Projection<Event, PostgresProjectionTransaction>): Subscription {
    checkSubscription('Projecting', projection);
    const { pool, tables, reader, statementTimeout } = this.#parts;
    const key: CheckpointKey = { name: projection.name, version: projection.version ?? 1 };
    return this.#start('projection', projection, key, async (connection, lost) => {
      const checkpoint = await inTransaction(pool, rootContext, (transaction) =>
        prepareVersion(transaction, tables, projection, key),
      );
      refuseOtherKind(checkpoint, 'projection', key);
      if (checkpoint.state === 'retired') return 'retired';
      return new ProjectionWork({
        connection,
        tables,
        reader,
        projection,
        key,
        lost,
        checkpoint,
        statementTimeout,
      });
    });
  }

  #start(
    kind: Checkpoint['kind'],
    options: SubscriptionOptions<Event>,
    key: CheckpointKey,
    prepare: Prepare,
  ): Subscription {
    const { pool, tables, clock } = this.#parts;
    const lock = `${kind} ${key.name}@${key.version}`;
    const wakeUp = new WakeUp();
    return startSubscription(options, {
      clock,
      wakeUp,
      acquire: async (signal) => {
        const lost = new AbortController();
        const connection = await OwnedConnection.acquire(pool, tables, lock, signal, {
          lost() {
            lost.abort(new Error(`The connection of ${key.name} is gone`));
            wakeUp.notify();
          },
          appended: () => wakeUp.notify(),
        });
        if (connection === undefined) return undefined;
        try {
          const prepared = await prepare(connection, lost.signal);
          if (prepared === 'retired') connection.release();
          return prepared;
        } catch (error) {
          connection.release();
          throw error;
        }
      },
      storedPosition: () => this.#storedPosition(key),
    });
  }

  async #storedPosition(key: CheckpointKey): Promise<Position> {
    const { pool, tables } = this.#parts;
    const position = await withClient(pool, rootContext, (client) => currentPosition(client, tables, key));
    return position ?? beginning;
  }
}

function refuseOtherKind(checkpoint: Checkpoint, kind: Checkpoint['kind'], key: CheckpointKey): void {
  if (checkpoint.kind !== kind) {
    throw new InvalidInput(`Running ${key.name} as a ${kind}`, [
      `name: ${key.name} is a ${checkpoint.kind} of this store already; take another name`,
    ]);
  }
}
