import { beginning, type NewEvent } from '../event.ts';
import type { Projection } from '../projection.ts';
import type { Checkpoint, CheckpointKey } from './checkpoint.ts';
import { createCheckpoint, loadCheckpoint, lockLiveCheckpoint } from './checkpoint.ts';
import { ownTypes, type PostgresQueryable } from './client.ts';
import { BatchTransaction, type PostgresProjectionTransaction } from './projection-transaction.ts';
import { lockKey, projectionSchema, type Tables } from './tables.ts';

/** Where a version of a projection writes, by its state. */
export function schemaOf(tables: Tables, key: CheckpointKey, state: Checkpoint['state']): string {
  return projectionSchema(tables, key.name, state === 'live' ? undefined : key.version);
}

/**
 * Makes a version of a projection, unless it is there: its schema, its table of documents, and what its `setup`
 * makes. The first version is seen at once, later ones when they have caught up; one older than what is seen never.
 */
export async function prepareVersion<Event extends NewEvent>(
  transaction: PostgresQueryable,
  tables: Tables,
  projection: Projection<Event, PostgresProjectionTransaction>,
  key: CheckpointKey,
): Promise<Checkpoint> {
  await lockProjection(transaction, tables, key.name);
  const present = await loadCheckpoint(transaction, tables, key);
  if (present !== undefined) return present;
  const live = await lockLiveCheckpoint(transaction, tables, key.name);
  const state = live === undefined ? 'live' : live.version > key.version ? 'retired' : 'building';
  const checkpoint: Checkpoint = { kind: 'projection', state, position: beginning };
  await createCheckpoint(transaction, tables, key, checkpoint);
  if (state === 'retired') return checkpoint;
  const schema = schemaOf(tables, key, state);
  await transaction.query(`create schema ${schema}`);
  await transaction.query(
    `create table ${schema}.documents (key text collate "C" primary key, document json not null)`,
  );
  if (projection.setup !== undefined) {
    await transaction.query(`set local search_path = ${schema}, "$user", public`);
    const batch = new BatchTransaction(transaction, schema);
    await projection.setup(batch);
    await batch.view.flush();
  }
  return checkpoint;
}

/**
 * Lets a version that has come as far as the one that is seen take its place, in the transaction of its last batch:
 * readers never see it go back, and the other version stands still meanwhile, since its place is locked.
 */
export async function takeOver(
  transaction: PostgresQueryable,
  tables: Tables,
  key: CheckpointKey,
  position: string,
): Promise<Checkpoint['state']> {
  await lockProjection(transaction, tables, key.name);
  const live = await lockLiveCheckpoint(transaction, tables, key.name);
  if (live !== undefined) {
    if (live.version > key.version) return setState(transaction, tables, key, 'retired');
    if (live.position > position) return 'building';
    const seen = projectionSchema(tables, key.name);
    await transaction.query(
      `alter schema ${seen} rename to ${projectionSchema(tables, key.name, live.version)}`,
    );
    await transaction.query(
      `update ${tables.subscriptions} set state = 'retired' where name = $1 and version < $2`,
      [key.name, key.version],
    );
  }
  const own = projectionSchema(tables, key.name, key.version);
  await transaction.query(`alter schema ${own} rename to ${projectionSchema(tables, key.name)}`);
  return setState(transaction, tables, key, 'live');
}

/** Drops what versions that were replaced have left, and names them. */
export async function dropRetiredVersions(
  transaction: PostgresQueryable,
  tables: Tables,
  name: string,
): Promise<number[]> {
  await lockProjection(transaction, tables, name);
  const { rows } = await transaction.query<{ version: number }>({
    text: `select version from ${tables.subscriptions} where name = $1 and state = 'retired' order by version`,
    values: [name],
    types: ownTypes,
  });
  const dropped: number[] = [];
  for (const { version } of rows) {
    const schema = projectionSchema(tables, name, version);
    const present = await transaction.query('select from pg_namespace where nspname = $1', [schema]);
    if (present.rowCount === 0) continue;
    await transaction.query(`drop schema ${schema} cascade`);
    dropped.push(version);
  }
  return dropped;
}

async function setState(
  transaction: PostgresQueryable,
  tables: Tables,
  key: CheckpointKey,
  state: Checkpoint['state'],
): Promise<Checkpoint['state']> {
  await transaction.query(`update ${tables.subscriptions} set state = $3 where name = $1 and version = $2`, [
    key.name,
    key.version,
    state,
  ]);
  return state;
}

async function lockProjection(transaction: PostgresQueryable, tables: Tables, name: string): Promise<void> {
  const key = lockKey(tables, 'runner', '$1::text');
  await transaction.query(`select pg_advisory_xact_lock(${key})`, [`versions of ${name}`]);
}
