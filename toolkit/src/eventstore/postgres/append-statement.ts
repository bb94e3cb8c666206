import type { PreparedAppend } from '../prepare-append.ts';
import {
  expectedNumber,
  insertedColumns,
  isAsExpected,
  lastEvent,
  messageColumns,
  ownTransactionId,
  tryLock,
} from './append-parts.ts';
import { ownTypes, type PostgresStatement } from './client.ts';
import { SingleAppend } from './single-append.ts';
import { lockKey, type Tables } from './tables.ts';

/** An append that was done. There is none for one that another transaction or the stream's version kept from it. */
export interface AppendRow {
  /** Which one of the statement's, from 1; undefined when it has but one. */
  readonly append?: number;
  /** The last event's. */
  readonly version: number;
  readonly transaction_id: bigint;
  readonly position: bigint;
}

/** Makes the statements of one store: one round trip each, whatever is appended. */
export interface AppendStatements {
  /** Several appends to different streams. The statement waits for no other transaction's append. */
  statement(appends: readonly PreparedAppend[]): PostgresStatement;
}

/**
 * The statement tries the stream's lock, looks up the stream's last event, and inserts events and messages if the
 * stream is as expected. It sees the database as it was when it began: an append that was committed between then and
 * the lock makes it fail by the unique index over stream and version, never succeed wrongly.
 */
export function appendStatements(tables: Tables): AppendStatements {
  const single = new SingleAppend(tables);
  const several = { name: `${tables.schema}_append_several`, text: severalText(tables), types: ownTypes };
  return {
    statement(appends) {
      const [append] = appends;
      const alone = appends.length === 1 && append !== undefined ? single.statement(append) : undefined;
      return alone ?? { ...several, values: columns(appends) };
    },
  };
}

/** Waits for other transactions' appends to these streams; always in one order, so that two never wait for each other. */
export function lockStatement(tables: Tables, streamIds: readonly string[]): PostgresStatement {
  return {
    name: `${tables.schema}_append_lock`,
    text: `select pg_advisory_xact_lock(key) from (
  select distinct ${lockKey(tables, 'stream', 'stream_id')} as key from unnest($1::text[]) as stream_id order by 1
) as keys`,
    values: [streamIds],
    types: ownTypes,
  };
}

function severalText(tables: Tables): string {
  return `
with stream as materialized (
  select request.append, request.stream_id, request.expected, ${tryLock(tables, 'request.stream_id')} as locked,
    coalesce(last.version, 0) as version, last.transaction_id
  from unnest($1::text[], $2::bigint[]) with ordinality as request (stream_id, expected, append)
  left join lateral (${lastEvent(tables, 'request.stream_id')}) as last on true
), accepted as materialized (
  select append, stream_id, version, greatest(${ownTransactionId(tables)}, transaction_id) as transaction_id
  from stream where locked and ${isAsExpected('expected', 'version')}
), inserted as (
  insert into ${tables.events} (${insertedColumns})
  select nextval('${tables.eventPosition}'), ordered.* from (
    select accepted.transaction_id, accepted.version + event.number, event.id, event.schema_version,
      accepted.stream_id, event.type, event.data::json, event.metadata::json
    from accepted join unnest($3::integer[], $4::integer[], $5::uuid[], $6::smallint[], $7::text[], $8::text[], $9::text[])
      as event (append, number, id, schema_version, type, data, metadata) on event.append = accepted.append
    order by accepted.append, event.number
  ) as ordered
  returning stream_id, version, transaction_id, position
), enqueued as (
  insert into ${tables.outbox} (${messageColumns})
  select message.id, message.event_id, message.topic, message.key, message.payload::json, message.headers::json
  from accepted join unnest($10::integer[], $11::uuid[], $12::uuid[], $13::text[], $14::text[], $15::text[], $16::text[])
    with ordinality as message (append, id, event_id, topic, key, payload, headers, number)
    on message.append = accepted.append
  order by message.number
)
select accepted.append::integer, last.version, accepted.transaction_id, last.position
from accepted join (
  select stream_id, max(version) as version, max(position) as position from inserted group by stream_id
) as last on last.stream_id = accepted.stream_id`;
}

/** The values of several appends, column by column. */
function columns(appends: readonly PreparedAppend[]): unknown[] {
  const events = appends.flatMap(({ events }, append) =>
    events.map((event, index) => ({ ...event, append: append + 1, number: index + 1 })),
  );
  const messages = appends.flatMap(({ messages }, append) =>
    messages.map((message) => ({ ...message, append: append + 1 })),
  );
  return [
    appends.map(({ streamId }) => streamId),
    appends.map(({ expectedVersion }) => expectedNumber(expectedVersion)),
    events.map(({ append }) => append),
    events.map(({ number }) => number),
    events.map(({ id }) => id),
    events.map(({ schemaVersion }) => schemaVersion),
    events.map(({ type }) => type),
    events.map(({ data }) => data),
    events.map(({ metadata }) => metadata),
    messages.map(({ append }) => append),
    messages.map(({ id }) => id),
    messages.map(({ eventId }) => eventId),
    messages.map(({ topic }) => topic),
    messages.map(({ key }) => key),
    messages.map(({ payload }) => payload),
    messages.map(({ headers }) => headers),
  ];
}
