import { type Context, throwIfDone } from '../../context/index.ts';
import { ConcurrencyConflict, EventIdConflict } from '../errors.ts';
import { type ExpectedVersion, formatPosition } from '../event.ts';
import type { AppendResult } from '../event-store.ts';
import type { PreparedAppend } from '../prepare-append.ts';
import { expectedNumber } from './append-parts.ts';
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
    this.#queue = new AppendQueue({ pool, statements: this.#statements, mayWorkAlone });
  }

  /** Statements of the queue, and the appends that they held: what batching has saved. */
  get counters(): { readonly statements: number; readonly appends: number } {
    return this.#queue.counters;
  }

  async append(append: PreparedAppend, context: Context): Promise<AppendResult> {
    throwIfDone(context);
    const row = await this.#queue.add(append, context);
    return row === undefined ? this.#appendAlone(append, context) : resultOf(row);
  }

  /** Appends in a transaction of the caller's, which announces it when it commits. */
  async appendWithin(transaction: PostgresQueryable, append: PreparedAppend): Promise<AppendResult> {
    const result = await this.#appendLocked(transaction, append);
    await transaction.query(`notify ${this.#tables.channel}`);
    return result;
  }

  /** Refuses at once what can't succeed any more; all else waits for the stream. */
  async #appendAlone(append: PreparedAppend, context: Context): Promise<AppendResult> {
    const standing = await withClient(this.#pool, context, (client) => this.#standing(client, append));
    if (standing.repeated !== undefined) return standing.repeated;
    if (isPast(append.expectedVersion, standing.version)) throw conflict(append, standing);
    return this.#appendWaiting(append, context);
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
    const standing = await this.#standing(transaction, append);
    if (standing.repeated !== undefined) return standing.repeated;
    const { rows } = await transaction.query<AppendRow>(this.#statements.statement([append]));
    const [row] = rows;
    if (row === undefined) throw conflict(append, standing);
    return resultOf(row);
  }

  /**
   * How a stream stands to an append that was not done.
   *
   * @throws EventIdConflict when its events are stored otherwise.
   */
  async #standing(database: PostgresQueryable, append: PreparedAppend): Promise<Standing> {
    const { rows } = await database.query<{ readonly stream_version: number } & (StoredId | NoId)>({
      name: `${this.#tables.schema}_append_standing`,
      text: `select stream.version as stream_version, event_id, stream_id, event.version, transaction_id, position
from (select coalesce((select max(version) from ${this.#tables.events} where stream_id = $2), 0) as version) as stream
left join ${this.#tables.events} as event on event_id = any($1::uuid[])`,
      values: [append.events.map((event) => event.id), append.streamId],
      types: ownTypes,
    });
    const version = rows[0]?.stream_version ?? 0;
    const stored = new Map(rows.flatMap((row) => (row.event_id === null ? [] : [[row.event_id, row]])));
    if (stored.size === 0) return { version, repeated: undefined };
    const found = append.events.map((event) => stored.get(event.id.toLowerCase()));
    const first = found[0];
    const last = found.at(-1);
    const isSame = found.every(
      (row, index) => row?.stream_id === append.streamId && row.version === (first?.version ?? 0) + index,
    );
    if (!isSame || last === undefined) throw new EventIdConflict(append.streamId, [...stored.keys()]);
    return { version, repeated: { ...resultOf(last), repeated: true } };
  }
}

/** How a stream stands to an append. */
interface Standing {
  /** The stream's version; 0 without events. */
  readonly version: number;
  /** The result of an earlier append of the same events; undefined when none of them is stored. */
  readonly repeated: AppendResult | undefined;
}

interface StoredId extends Omit<AppendRow, 'append'> {
  readonly event_id: string;
  readonly stream_id: string;
}
interface NoId {
  readonly event_id: null;
}

/** Whether each of so many appends may succeed in a statement of its own when this kept them from it. */
function mayWorkAlone(error: unknown, appends: number): boolean {
  const state = sqlState(error);
  if (state === undefined) return false;
  return appends > 1 || state === sqlStates.uniqueViolation || TRANSIENT.has(state);
}

function resultOf({ version, transaction_id, position }: Omit<AppendRow, 'append'>): AppendResult {
  return { version, position: formatPosition(transaction_id, position), repeated: false };
}

/** Whether a stream has grown beyond what is expected: whoever still appends to it makes that no better. */
function isPast(expected: ExpectedVersion, version: number): boolean {
  const wanted = expectedNumber(expected);
  return wanted >= 0 && version > wanted;
}

function conflict({ streamId, expectedVersion }: PreparedAppend, { version }: Standing): ConcurrencyConflict {
  return new ConcurrencyConflict(streamId, expectedVersion, version);
}
