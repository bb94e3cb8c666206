import type { OwnedWork, StepResult } from '../background-runner.ts';
import type { NewEvent, Position } from '../event.ts';
import { handleInContext } from '../handler.ts';
import type { Subscriber } from '../subscription.ts';
import { type CheckpointKey, saveCheckpoint } from './checkpoint.ts';
import type { OwnedConnection } from './owned-connection.ts';
import type { Reader } from './reader.ts';
import type { Tables } from './tables.ts';

/** A subscription while it is this process's: each event at least once. */
export class SubscriberWork<Event extends NewEvent> implements OwnedWork {
  readonly #connection: OwnedConnection;
  readonly #tables: Tables;
  readonly #reader: Reader<Event>;
  readonly #subscriber: Subscriber<Event>;
  readonly #key: CheckpointKey;
  readonly #lost: AbortSignal;
  #position: Position;

  constructor(parts: {
    connection: OwnedConnection;
    tables: Tables;
    reader: Reader<Event>;
    subscriber: Subscriber<Event>;
    key: CheckpointKey;
    lost: AbortSignal;
    position: Position;
  }) {
    this.#connection = parts.connection;
    this.#tables = parts.tables;
    this.#reader = parts.reader;
    this.#subscriber = parts.subscriber;
    this.#key = parts.key;
    this.#lost = parts.lost;
    this.#position = parts.position;
  }

  get owned(): boolean {
    return !this.#connection.lost;
  }

  get position(): Position {
    return this.#position;
  }

  async step(limit: number, signal: AbortSignal): Promise<StepResult> {
    const { client } = this.#connection;
    const range = { after: this.#position, types: this.#subscriber.types, limit };
    const page = await this.#reader.logOn(client, range);
    const handlerSignal = AbortSignal.any([signal, this.#lost]);
    let handled = 0;
    let reached = this.#position;
    try {
      for (const event of page.events) {
        if (handlerSignal.aborted) break;
        await handleInContext(event, handlerSignal, (context) =>
          this.#subscriber.handle(context, { signal: handlerSignal }),
        );
        handled += 1;
        reached = event.position;
      }
      if (handled === page.events.length) reached = page.next;
    } finally {
      // Also after a failure: what was handled before it need not come again.
      if (reached !== this.#position) {
        await saveCheckpoint(client, this.#tables, this.#key, reached);
        this.#position = reached;
      }
    }
    return { handled, more: !page.complete, heldBack: page.heldBack };
  }

  async release(): Promise<void> {
    this.#connection.release();
  }
}
