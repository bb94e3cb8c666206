import type { Context } from '../../context/index.ts';
import { formatPosition, type NewEvent, parsePosition, type Position, type Recorded } from '../event.ts';
import type { LogPage, ReadOptions } from '../event-store.ts';
import { LARGEST_INTEGER } from '../input-checks.ts';
import type { Upcasting } from '../upcasting.ts';
import { ownTypes, type PostgresPool, type PostgresQueryable, type PostgresStatement } from './client.ts';
import { queryWithin } from './connection.ts';
import { type EventRow, eventColumns, recordedEvent } from './event-row.ts';
import type { Tables } from './tables.ts';

/** Which part of the log. */
export interface LogRange {
  readonly after: Position;
  readonly types: readonly string[] | undefined;
  readonly limit: number;
}

/** Reads streams and the log. */
export class Reader<Event extends NewEvent> {
  readonly #pool: PostgresPool;
  readonly #tables: Tables;
  readonly #upcasting: Upcasting;
  readonly #pageText: string;

  constructor(pool: PostgresPool, tables: Tables, upcasting: Upcasting) {
    this.#pool = pool;
    this.#tables = tables;
    this.#upcasting = upcasting;
    this.#pageText = pageText(tables);
  }

  async stream(
    streamId: string,
    options: ReadOptions,
    context: Context,
  ): Promise<readonly Recorded<Event>[]> {
    const backwards = options.direction === 'backwards';
    const rows = await queryWithin<EventRow>(this.#pool, context, {
      name: `${this.#tables.schema}_read_${backwards ? 'backwards' : 'forwards'}`,
      text: `select ${eventColumns} from ${this.#tables.events}
where stream_id = $1 and version ${backwards ? '<=' : '>='} $2 order by version ${backwards ? 'desc' : 'asc'} limit $3`,
      values: [streamId, options.from ?? (backwards ? LARGEST_INTEGER : 1), options.limit ?? null],
      types: ownTypes,
    });
    return rows.map((row) => recordedEvent<Event>(row, this.#upcasting));
  }

  async log(range: LogRange, context: Context): Promise<LogPage<Event>> {
    return this.#page(range, await queryWithin<PageRow>(this.#pool, context, this.#pageStatement(range)));
  }

  /** The same on a connection that is held already. */
  async logOn(database: PostgresQueryable, range: LogRange): Promise<LogPage<Event>> {
    return this.#page(range, (await database.query<PageRow>(this.#pageStatement(range))).rows);
  }

  async head(context: Context): Promise<Position> {
    const rows = await queryWithin<{ transaction_id: bigint; position: bigint }>(this.#pool, context, {
      name: `${this.#tables.schema}_head`,
      text: `select transaction_id, position from ${this.#tables.events} order by transaction_id desc, position desc limit 1`,
      types: ownTypes,
    });
    return formatPosition(rows[0]?.transaction_id ?? 0n, rows[0]?.position ?? 0n);
  }

  /** The last event that may be read: nothing will ever come to lie before it. */
  async settledHead(database: PostgresQueryable): Promise<Position> {
    const { rows } = await database.query<{ transaction_id: bigint; position: bigint }>({
      text: `select transaction_id, position from ${this.#tables.events}
where transaction_id < ${horizon(this.#tables)} order by transaction_id desc, position desc limit 1`,
      types: ownTypes,
    });
    return formatPosition(rows[0]?.transaction_id ?? 0n, rows[0]?.position ?? 0n);
  }

  #pageStatement(range: LogRange): PostgresStatement {
    const { transactionId, position } = parsePosition(range.after);
    return {
      name: `${this.#tables.schema}_read_log`,
      text: this.#pageText,
      values: [transactionId, position, range.limit, range.types ?? null],
      types: ownTypes,
    };
  }

  #page(range: LogRange, rows: readonly PageRow[]): LogPage<Event> {
    const [first] = rows;
    const scanned = first?.scanned ?? 0;
    return {
      events: rows.flatMap((row) => (isEvent(row) ? [recordedEvent<Event>(row, this.#upcasting)] : [])),
      next:
        scanned === 0
          ? range.after
          : formatPosition(first?.last_transaction_id ?? 0n, first?.last_position ?? 0n),
      complete: scanned < range.limit,
      heldBack: first?.held_back ?? false,
    };
  }
}

interface Edge {
  readonly scanned: number;
  readonly last_transaction_id: bigint | null;
  readonly last_position: bigint | null;
  readonly held_back: boolean;
}
/** One row at least, without an event if there is none: it says how far was looked. */
type PageRow = Edge & (EventRow | { readonly event_id: null });

function isEvent(row: PageRow): row is Edge & EventRow {
  return row.event_id !== null;
}

/**
 * Only events of transactions older than every one still open are read: an open one may yet put events before those
 * of younger transactions that have committed already. What is read is therefore final, and nothing will ever come
 * to lie before it.
 */
function horizon(tables: Tables): string {
  return `(pg_snapshot_xmin(pg_current_snapshot())::text::bigint + ${tables.transactionOffset})`;
}

function pageText(tables: Tables): string {
  return `
with scan as materialized (
  select ${eventColumns} from ${tables.events}
  where (transaction_id, position) > ($1::bigint, $2::bigint) and transaction_id < ${horizon(tables)}
  order by transaction_id, position limit $3::integer
), edge as materialized (
  select (select count(*) from scan)::integer as scanned,
    last.transaction_id as last_transaction_id,
    last.position as last_position,
    exists (select from ${tables.events} where transaction_id >= ${horizon(tables)}) as held_back
  from (values (1)) as one (number)
  left join lateral (
    select transaction_id, position from scan order by transaction_id desc, position desc limit 1
  ) as last on true
)
select edge.*, scan.* from edge left join scan on $4::text[] is null or scan.type = any($4)
order by scan.transaction_id, scan.position`;
}
