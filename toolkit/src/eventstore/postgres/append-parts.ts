import type { ExpectedVersion } from '../event.ts';
import { lockKey, type Tables } from './tables.ts';

const EXPECTED = { none: 0, any: -1, exists: -2 } as const;

/** An expected version as a number: below 0 what is less than a version. */
export function expectedNumber(expected: ExpectedVersion): number {
  return typeof expected === 'number' ? expected : EXPECTED[expected];
}

/** Columns of the events table that an append fills. */
export const insertedColumns =
  'position, transaction_id, version, event_id, schema_version, stream_id, type, data, metadata';

/** Columns of the outbox table that an append fills. */
export const messageColumns = 'message_id, event_id, topic, key, payload, headers';

/** The stream's last event. */
export function lastEvent(tables: Tables, streamId: string): string {
  return `select version, transaction_id from ${tables.events} where stream_id = ${streamId} order by version desc limit 1`;
}

/** Takes the stream's lock until the transaction ends; false when another transaction has it. */
export function tryLock(tables: Tables, streamId: string): string {
  return `pg_try_advisory_xact_lock(${lockKey(tables, 'stream', streamId)})`;
}

/** The id of this transaction, comparable with those that are stored. */
export function ownTransactionId(tables: Tables): string {
  return `pg_current_xact_id()::text::bigint + ${tables.transactionOffset}`;
}

/** Whether a stream's version is the one of {@link expectedNumber}. */
export function isAsExpected(expected: string, version: string): string {
  return `(${expected} = ${version} or ${expected} = ${EXPECTED.any} or (${expected} = ${EXPECTED.exists} and ${version} > 0))`;
}
