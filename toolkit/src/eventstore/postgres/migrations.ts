import type { Tables } from './tables.ts';

/** One step of the schema. Steps are never changed once released; new ones are added at the end. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** The steps of a store's schema, in order. */
export function migrationsOf(tables: Tables): readonly Migration[] {
  return [{ version: 1, name: 'events, outbox, inbox, subscriptions, snapshots', sql: initial(tables) }];
}

function initial(tables: Tables): string {
  return `
create sequence ${tables.eventPosition};

-- What makes transaction ids of this cluster comparable with those that came from another one by a restore.
create function ${tables.transactionOffset} returns bigint immutable language sql as 'select 0::bigint';

create table ${tables.events} (
  -- By (transaction_id, position) the log is read. transaction_id is that of the appending transaction, or of the
  -- stream's previous event if that is greater, so that the order within a stream is always that of its versions.
  position bigint not null,
  transaction_id bigint not null,
  recorded_at timestamptz not null default clock_timestamp(),
  event_id uuid not null,
  version integer not null,
  schema_version smallint not null,
  stream_id text collate "C" not null,
  type text collate "C" not null,
  -- json, not jsonb: kept as written, with the order of keys, and cheaper to store.
  data json not null,
  metadata json not null,
  constraint events_log primary key (transaction_id, position),
  constraint events_stream unique (stream_id, version),
  constraint events_id unique (event_id)
);

create table ${tables.outbox} (
  position bigint generated always as identity primary key,
  enqueued_at timestamptz not null default clock_timestamp(),
  message_id uuid not null,
  -- The event that gives payload and headers where they are null.
  event_id uuid,
  topic text not null,
  key text,
  payload json,
  headers json
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

create table ${tables.inbox} (
  handled_at timestamptz not null default clock_timestamp(),
  consumer text collate "C" not null,
  message_id text collate "C" not null,
  primary key (consumer, message_id)
);
create index inbox_handled_at on ${tables.inbox} using brin (handled_at);

create table ${tables.subscriptions} (
  name text collate "C" not null,
  version integer not null,
  kind text not null check (kind in ('subscription', 'projection')),
  state text not null check (state in ('building', 'live', 'retired')),
  transaction_id bigint not null,
  position bigint not null,
  updated_at timestamptz not null default clock_timestamp(),
  primary key (name, version)
) with (fillfactor = 50);
create unique index subscriptions_live on ${tables.subscriptions} (name) where state = 'live';

create table ${tables.snapshots} (
  stream_id text collate "C" not null,
  name text collate "C" not null,
  schema_version integer not null,
  version integer not null,
  taken_at timestamptz not null default clock_timestamp(),
  state json not null,
  primary key (stream_id, name)
);
`;
}
