import type { OwnedWork, StepResult } from '../background-runner.ts';
import type { NewEvent, Position } from '../event.ts';
import type { LogPage } from '../event-store.ts';
import { handleInContext } from '../handler.ts';
import type { Projection } from '../projection.ts';
import { type Checkpoint, type CheckpointKey, loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import type { OwnedConnection } from './owned-connection.ts';
import { BatchTransaction, type PostgresProjectionTransaction } from './projection-transaction.ts';
import { schemaOf, takeOver } from './projection-versions.ts';
import type { Reader } from './reader.ts';
import type { Tables } from './tables.ts';

/** What {@link ProjectionWork} is made of. */
export interface ProjectionWorkParts<Event extends NewEvent> {
  readonly connection: OwnedConnection;
  readonly tables: Tables;
  readonly reader: Reader<Event>;
  readonly projection: Projection<Event, PostgresProjectionTransaction>;
  readonly key: CheckpointKey;
  readonly lost: AbortSignal;
  readonly checkpoint: Checkpoint;
  /** Longest time for one statement of a batch, in milliseconds. */
  readonly statementTimeout: number;
}

/**
 * A projection while it is this process's. A batch of events, what the handler makes of them and the new place in
 * the log are one transaction on the connection that holds the lock, so each event has its effect exactly once.
 */
export class ProjectionWork<Event extends NewEvent> implements OwnedWork {
  readonly #parts: ProjectionWorkParts<Event>;
  #broken = false;
  #position: Position;
  #state: Checkpoint['state'];

  constructor(parts: ProjectionWorkParts<Event>) {
    this.#parts = parts;
    this.#position = parts.checkpoint.position;
    this.#state = parts.checkpoint.state;
  }

  get owned(): boolean {
    return !this.#broken && !this.#parts.connection.lost;
  }

  get position(): Position {
    return this.#position;
  }

  async step(limit: number, signal: AbortSignal): Promise<StepResult> {
    const { connection, tables, reader, projection, key } = this.#parts;
    const range = { after: this.#position, types: projection.types, limit };
    // Read before the transaction begins: it should hold others back as briefly as possible.
    const page = await reader.logOn(connection.client, range);
    const { heldBack } = page;
    const { client } = connection;
    if (page.next === this.#position && this.#state === 'live') {
      // With nothing to write, this is how it learns that a newer version has taken its place.
      const checkpoint = await loadCheckpoint(client, tables, key);
      return { handled: 0, more: false, heldBack, retired: checkpoint?.state === 'retired' };
    }
    try {
      const handled = await this.#batch(page, signal);
      return {
        handled,
        more: !page.complete || this.#state === 'building',
        heldBack,
        retired: this.#state === 'retired',
      };
    } catch (error) {
      await client.query('rollback').catch(() => {
        this.#broken = true;
      });
      throw error;
    }
  }

  async release(): Promise<void> {
    this.#parts.connection.release();
  }

  async #batch(page: LogPage<Event>, signal: AbortSignal): Promise<number> {
    const { connection, tables, projection, key, lost, statementTimeout } = this.#parts;
    const { client } = connection;
    const schema = schemaOf(tables, key, this.#state);
    await client.query(
      `begin; set local statement_timeout = ${statementTimeout}; set local search_path = ${schema}, "$user", public`,
    );
    const checkpoint = await loadCheckpoint(client, tables, key, true);
    if (
      checkpoint === undefined ||
      checkpoint.state !== this.#state ||
      checkpoint.position !== this.#position
    ) {
      // A newer version has taken over (or somebody has reset this one): look again before doing anything.
      await client.query('rollback');
      this.#state = checkpoint?.state ?? 'retired';
      this.#position = checkpoint?.position ?? this.#position;
      return 0;
    }
    const transaction = new BatchTransaction(client, schema);
    const handlerSignal = AbortSignal.any([signal, lost]);
    let reached = this.#position;
    let handled = 0;
    for (const event of page.events) {
      if (handlerSignal.aborted) break;
      await handleInContext(event, handlerSignal, (given) =>
        projection.handle(given, transaction, { signal: handlerSignal }),
      );
      handled += 1;
      reached = event.position;
    }
    if (handled === page.events.length) reached = page.next;
    await transaction.view.flush();
    if (reached !== this.#position) await saveCheckpoint(client, tables, key, reached);
    let state = this.#state;
    if (state === 'building' && page.complete) state = await takeOver(client, tables, key, reached);
    await client.query('commit');
    this.#position = reached;
    this.#state = state;
    return handled;
  }
}
