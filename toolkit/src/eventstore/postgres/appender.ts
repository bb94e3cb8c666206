import { type Context, rootContext, throwIfDone } from '../../context/index.ts';
import { ConcurrencyConflict, EventIdConflict } from '../errors.ts';
import { formatPosition } from '../event.ts';
import type { AppendResult } from '../event-store.ts';
import type { PreparedAppend } from '../prepare-append.ts';
import { AppendQueue } from './append-queue.ts';
import {
  type AppendRow,
  type AppendStatements,
  appendStatements,
  lockStatement,
} from './append-statement.ts';
import { ownTypes, type PostgresPool, type PostgresQueryable, sqlState, sqlStates } from './client.ts';
import { withClient } from './connection.ts';
import type { Tables } from './tables.ts';
import { inTransaction } from './transaction.ts';

/** Failures of a transaction that say nothing against the same one tried again. */
const TRANSIENT = new Set<string | undefined>([sqlStates.serializationFailure, sqlStates.deadlockDetected]);
const ATTEMPTS = 5;

/** Appends: quickly and several at once where nothing is in the way, one by one where something is. */
export class Appender {
  readonly #pool: PostgresPool;
  readonly #tables: Tables;
  readonly #statements: AppendStatements;
  readonly #queue: AppendQueue;

  constructor(pool: PostgresPool, tables: Tables) {
    this.#pool = pool;
    this.#tables = tables;
    this.#statements = appendStatements(tables);
    this.#queue = new AppendQueue((appends) => this.#appendAtOnce(appends));
  }

  /** Statements of the queue, and the appends that they held: what batching has saved. */
  get counters(): { readonly statements: number; readonly appends: number } {
    return this.#queue.counters;
  }

  async append(append: PreparedAppend, context: Context): Promise<AppendResult> {
    throwIfDone(context);
    const row = await this.#queue.add(append, context);
    const result = row?.locked ? await this.#resultOf(append, row, context) : undefined;
    return result ?? this.#appendWaiting(append, context);
  }

  /** Appends in a transaction of the caller's, which announces it when it commits. */
  async appendWithin(transaction: PostgresQueryable, append: PreparedAppend): Promise<AppendResult> {
    const result = await this.#appendLocked(transaction, append);
    await transaction.query(`notify ${this.#tables.channel}`);
    return result;
  }

  /** One statement for all. Undefined where it failed, which leaves each to be tried alone. */
  async #appendAtOnce(appends: readonly PreparedAppend[]): Promise<readonly (AppendRow | undefined)[]> {
    const statement = this.#statements.statement(appends);
    try {
      const { rows } = await withClient(this.#pool, rootContext, (client) =>
        client.query<AppendRow>(statement),
      );
      const outcomes: (AppendRow | undefined)[] = appends.map(() => undefined);
      for (const row of rows) outcomes[row.append - 1] = row;
      return outcomes;
    } catch (error) {
      const state = sqlState(error);
      const mayWorkAlone = appends.length > 1 || state === sqlStates.uniqueViolation || TRANSIENT.has(state);
      if (state === undefined || !mayWorkAlone) throw error;
      return appends.map(() => undefined);
    }
  }

  async #resultOf(append: PreparedAppend, row: AppendRow, context: Context): Promise<AppendResult> {
    return (
      accepted(append, row) ?? withClient(this.#pool, context, (client) => this.#refused(client, append, row))
    );
  }

  /** In a transaction that waits for the stream, as long as the context allows. */
  async #appendWaiting(append: PreparedAppend, context: Context): Promise<AppendResult> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await inTransaction(this.#pool, context, (transaction) =>
          this.#appendLocked(transaction, append),
        );
      } catch (error) {
        const state = sqlState(error);
        const mayWork = TRANSIENT.has(state) || state === sqlStates.uniqueViolation;
        if (!mayWork || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Waits for the stream, and sees it as it is then. */
  async #appendLocked(transaction: PostgresQueryable, append: PreparedAppend): Promise<AppendResult> {
    await transaction.query(lockStatement(this.#tables, [append.streamId]));
    const repeated = await this.#repeated(transaction, append);
    if (repeated !== undefined) return repeated;
    const { rows } = await transaction.query<AppendRow>(this.#statements.statement([append]));
    const result = accepted(append, rows[0]);
    if (result !== undefined) return result;
    throw new ConcurrencyConflict(append.streamId, append.expectedVersion, rows[0]?.version ?? 0);
  }

  /** @throws ConcurrencyConflict unless it is a repetition. */
  async #refused(
    database: PostgresQueryable,
    append: PreparedAppend,
    row: AppendRow | undefined,
  ): Promise<AppendResult> {
    const repeated = await this.#repeated(database, append);
    if (repeated !== undefined) return repeated;
    throw new ConcurrencyConflict(append.streamId, append.expectedVersion, row?.version ?? 0);
  }

  /**
   * The result of an earlier append of the same events; undefined when none of them is stored.
   *
   * @throws EventIdConflict when they are stored otherwise.
   */
  async #repeated(database: PostgresQueryable, append: PreparedAppend): Promise<AppendResult | undefined> {
    const { rows } = await database.query<StoredId>({
      name: `${this.#tables.schema}_stored_ids`,
      text: `select event_id, stream_id, version, transaction_id, position from ${this.#tables.events} where event_id = any($1::uuid[])`,
      values: [append.events.map((event) => event.id)],
      types: ownTypes,
    });
    if (rows.length === 0) return undefined;
    const stored = new Map(rows.map((row) => [row.event_id, row]));
    const found = append.events.map((event) => stored.get(event.id.toLowerCase()));
    const first = found[0];
    const last = found.at(-1);
    const isSame = found.every(
      (row, index) => row?.stream_id === append.streamId && row.version === (first?.version ?? 0) + index,
    );
    if (!isSame || last === undefined) throw new EventIdConflict(append.streamId, [...stored.keys()]);
    const position = formatPosition(last.transaction_id, last.position);
    return { version: last.version, position, repeated: true };
  }
}

interface StoredId {
  readonly event_id: string;
  readonly stream_id: string;
  readonly version: number;
  readonly transaction_id: bigint;
  readonly position: bigint;
}

function accepted(append: PreparedAppend, row: AppendRow | undefined): AppendResult | undefined {
  if (row === undefined || row.transaction_id === null || row.position === null) return undefined;
  return {
    version: row.version + append.events.length,
    position: formatPosition(row.transaction_id, row.position),
    repeated: false,
  };
}
