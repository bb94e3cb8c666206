import {
  type EventMetadata,
  formatPosition,
  type NewEvent,
  type Recorded,
  type RecordedEvent,
} from '../event.ts';
import type { Upcasting } from '../upcasting.ts';

/** The columns of an event, as {@link EventRow} has them. */
export const eventColumns =
  'event_id, stream_id, version, transaction_id, position, type, schema_version, data, metadata, ' +
  'extract(epoch from recorded_at)::float8 as recorded_at';

/** An event as our statements read it. */
export interface EventRow {
  readonly event_id: string;
  readonly stream_id: string;
  readonly version: number;
  readonly transaction_id: bigint;
  readonly position: bigint;
  readonly type: string;
  readonly schema_version: number;
  readonly data: unknown;
  readonly metadata: EventMetadata;
  /** Seconds since the epoch. */
  readonly recorded_at: number;
}

/** Makes a row the event that callers see, in its newest form. */
export function recordedEvent<Event extends NewEvent>(row: EventRow, upcasting: Upcasting): Recorded<Event> {
  const { type, schemaVersion, data, metadata } = upcasting.upcast({
    type: row.type,
    schemaVersion: row.schema_version,
    data: row.data,
    metadata: row.metadata,
  });
  const event: RecordedEvent = {
    id: row.event_id,
    type,
    data,
    metadata,
    schemaVersion,
    streamId: row.stream_id,
    version: row.version,
    position: formatPosition(row.transaction_id, row.position),
    recordedAt: new Date(row.recorded_at * 1000),
  };
  // What is in the store was put there as one of its events, or brought up to one by the upcasters.
  return event as Recorded<Event>;
}
