import { formatPosition, parsePosition, type Position } from '../event.ts';
import { ownTypes, type PostgresQueryable } from './client.ts';
import type { Tables } from './tables.ts';

/** Whose place in the log it is. */
export interface CheckpointKey {
  readonly name: string;
  readonly version: number;
}

/** A place in the log, and what has become of whom it belongs to. */
export interface Checkpoint {
  readonly position: Position;
  readonly state: 'building' | 'live' | 'retired';
  readonly kind: 'subscription' | 'projection';
}

interface Row {
  readonly transaction_id: bigint;
  readonly position: bigint;
  readonly state: Checkpoint['state'];
  readonly kind: Checkpoint['kind'];
}

const COLUMNS = 'transaction_id, position, state, kind';

/** Reads a place; locked until the end of the transaction when asked to. */
export async function loadCheckpoint(
  database: PostgresQueryable,
  tables: Tables,
  key: CheckpointKey,
  lock = false,
): Promise<Checkpoint | undefined> {
  const { rows } = await database.query<Row>({
    name: `${tables.schema}_checkpoint${lock ? '_lock' : ''}`,
    text: `select ${COLUMNS} from ${tables.subscriptions} where name = $1 and version = $2${lock ? ' for update' : ''}`,
    values: [key.name, key.version],
    types: ownTypes,
  });
  return rows[0] && checkpointOf(rows[0]);
}

/** The place of the version that readers see; locked until the end of the transaction. */
export async function lockLiveCheckpoint(
  database: PostgresQueryable,
  tables: Tables,
  name: string,
): Promise<(Checkpoint & { readonly version: number }) | undefined> {
  const { rows } = await database.query<Row & { version: number }>({
    name: `${tables.schema}_live_checkpoint`,
    text: `select ${COLUMNS}, version from ${tables.subscriptions} where name = $1 and state = 'live' for update`,
    values: [name],
    types: ownTypes,
  });
  return rows[0] && { ...checkpointOf(rows[0]), version: rows[0].version };
}

/** The place of a version, or of the one that has taken over from it. */
export async function currentPosition(
  database: PostgresQueryable,
  tables: Tables,
  key: CheckpointKey,
): Promise<Position | undefined> {
  const { rows } = await database.query<Row>({
    name: `${tables.schema}_current_position`,
    text: `select ${COLUMNS} from ${tables.subscriptions}
where name = $1 and state <> 'retired' and version >= $2 order by version limit 1`,
    values: [key.name, key.version],
    types: ownTypes,
  });
  return rows[0] && checkpointOf(rows[0]).position;
}

/** Notes a new place. Only the owner may call it, and only it does. */
export async function saveCheckpoint(
  database: PostgresQueryable,
  tables: Tables,
  key: CheckpointKey,
  position: Position,
): Promise<void> {
  const { transactionId, position: number } = parsePosition(position);
  await database.query({
    name: `${tables.schema}_save_checkpoint`,
    text: `update ${tables.subscriptions} set transaction_id = $3, position = $4, updated_at = clock_timestamp()
where name = $1 and version = $2`,
    values: [key.name, key.version, transactionId, number],
  });
}

/** Writes the first place, unless there is one. */
export async function createCheckpoint(
  database: PostgresQueryable,
  tables: Tables,
  key: CheckpointKey,
  checkpoint: Checkpoint,
): Promise<void> {
  const { transactionId, position } = parsePosition(checkpoint.position);
  await database.query({
    text: `insert into ${tables.subscriptions} (name, version, kind, state, transaction_id, position)
values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    values: [key.name, key.version, checkpoint.kind, checkpoint.state, transactionId, position],
  });
}

function checkpointOf(row: Row): Checkpoint {
  return { position: formatPosition(row.transaction_id, row.position), state: row.state, kind: row.kind };
}
