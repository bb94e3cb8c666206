import type { ExpectedVersion } from '../event.ts';
import type { PreparedAppend } from '../prepare-append.ts';
import { ownTypes, type PostgresStatement } from './client.ts';
import { lockKey, type Tables } from './tables.ts';

/** What became of one append of a statement. */
export interface AppendRow {
  /** Which one, from 1. */
  readonly append: number;
  /** False when another transaction is appending to the stream. */
  readonly locked: boolean;
  /** The stream's version before. */
  readonly version: number;
  /** Null when the stream is not as expected. */
  readonly transaction_id: bigint | null;
  /** The last event's. */
  readonly position: bigint | null;
}

/** Makes the statements of one store: one round trip each, whatever is appended. */
export interface AppendStatements {
  /** Several appends to different streams. The statement waits for no other transaction's append. */
  statement(appends: readonly PreparedAppend[]): PostgresStatement;
}

const EXPECTED: Readonly<Record<string, number>> = { none: 0, any: -1, exists: -2 };

/**
 * The statement tries the stream's lock, looks up the stream's last event, and inserts events and messages if the
 * stream is as expected. It sees the database as it was when it began: an append that was committed between then and
 * the lock makes it fail by the unique index over stream and version, never succeed wrongly.
 */
export function appendStatements(tables: Tables): AppendStatements {
  const single = singleText(tables, false);
  const singleWithMessage = singleText(tables, true);
  const several = severalText(tables);
  return {
    statement(appends) {
      const [append] = appends;
      const [event] = append?.events ?? [];
      const [message] = append?.messages ?? [];
      const isSingle = appends.length === 1 && append?.events.length === 1 && append.messages.length <= 1;
      if (!isSingle || append === undefined || event === undefined) {
        return {
          name: `${tables.schema}_append_several`,
          text: several,
          values: columns(appends),
          types: ownTypes,
        };
      }
      const values: unknown[] = [
        append.streamId,
        expectedNumber(append.expectedVersion),
        event.id,
        event.type,
        event.schemaVersion,
        event.data,
        event.metadata,
      ];
      if (message === undefined) {
        return { name: `${tables.schema}_append`, text: single, values, types: ownTypes };
      }
      values.push(message.id, message.topic, message.key, message.payload, message.headers);
      return {
        name: `${tables.schema}_append_with_message`,
        text: singleWithMessage,
        values,
        types: ownTypes,
      };
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

function singleText(tables: Tables, withMessage: boolean): string {
  const enqueued = `, enqueued as (
  insert into ${tables.outbox} (message_id, event_id, topic, key, payload, headers)
  select $8::uuid, $3::uuid, $9::text, $10::text, $11::json, $12::json from inserted
)`;
  return `
with stream as materialized (
  select pg_try_advisory_xact_lock(${lockKey(tables, 'stream', '$1::text')}) as locked,
    coalesce(last.version, 0) as version,
    last.transaction_id
  from (values (1)) as one (number)
  left join lateral (${lastEvent(tables, '$1')}) as last on true
), inserted as (
  insert into ${tables.events}
    (position, transaction_id, version, event_id, schema_version, stream_id, type, data, metadata)
  select nextval('${tables.eventPosition}'), ${ownTransactionId(tables)}, version + 1, $3::uuid, $5::smallint, $1, $4::text,
    $6::json, $7::json
  from stream where ${isAsExpected('$2::integer')}
  returning transaction_id, position
)${withMessage ? enqueued : ''}
select 1 as append, stream.locked, stream.version, inserted.transaction_id, inserted.position
from stream left join inserted on true`;
}

function severalText(tables: Tables): string {
  return `
with stream as materialized (
  select request.append::integer as append, request.stream_id, request.expected,
    pg_try_advisory_xact_lock(${lockKey(tables, 'stream', 'request.stream_id')}) as locked,
    coalesce(last.version, 0) as version,
    last.transaction_id
  from unnest($1::text[], $2::integer[]) with ordinality as request (stream_id, expected, append)
  left join lateral (${lastEvent(tables, 'request.stream_id')}) as last on true
), accepted as materialized (
  select append, stream_id, version, ${ownTransactionId(tables)} as transaction_id
  from stream where ${isAsExpected('expected')}
), inserted as (
  insert into ${tables.events}
    (position, transaction_id, version, event_id, schema_version, stream_id, type, data, metadata)
  select nextval('${tables.eventPosition}'), ordered.* from (
    select accepted.transaction_id, accepted.version + event.number, event.id, event.schema_version,
      accepted.stream_id, event.type, event.data::json, event.metadata::json
    from accepted join unnest($3::integer[], $4::integer[], $5::uuid[], $6::smallint[], $7::text[], $8::text[], $9::text[])
      as event (append, number, id, schema_version, type, data, metadata) on event.append = accepted.append
    order by accepted.append, event.number
  ) as ordered
  returning stream_id, position
), enqueued as (
  insert into ${tables.outbox} (message_id, event_id, topic, key, payload, headers)
  select message.id, message.event_id, message.topic, message.key, message.payload::json, message.headers::json
  from accepted join unnest($10::integer[], $11::uuid[], $12::uuid[], $13::text[], $14::text[], $15::text[], $16::text[])
    with ordinality as message (append, id, event_id, topic, key, payload, headers, number)
    on message.append = accepted.append
  order by message.number
)
select stream.append, stream.locked, stream.version, accepted.transaction_id, last.position
from stream
left join accepted on accepted.append = stream.append
left join (select stream_id, max(position) as position from inserted group by stream_id) as last
  on last.stream_id = stream.stream_id`;
}

function lastEvent(tables: Tables, streamId: string): string {
  return `select version, transaction_id from ${tables.events} where stream_id = ${streamId} order by version desc limit 1`;
}

function ownTransactionId(tables: Tables): string {
  return `greatest(pg_current_xact_id()::text::bigint + ${tables.transactionOffset}, transaction_id)`;
}

function isAsExpected(expected: string): string {
  return `locked and (${expected} = version or ${expected} = ${EXPECTED.any} or (${expected} = ${EXPECTED.exists} and version > 0))`;
}

function expectedNumber(expected: ExpectedVersion): number {
  return typeof expected === 'number' ? expected : (EXPECTED[expected] ?? 0);
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
