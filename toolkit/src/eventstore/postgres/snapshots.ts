import { currentContext } from '../../context/index.ts';
import { InvalidInput } from '../errors.ts';
import { writeJson } from '../input-checks.ts';
import type { Snapshot, SnapshotKey, Snapshots } from '../snapshot.ts';
import { ownTypes, type PostgresPool } from './client.ts';
import { queryWithin, withClient } from './connection.ts';
import type { Tables } from './tables.ts';

/** The snapshots of a store's schema. */
export class PostgresSnapshots implements Snapshots {
  readonly #pool: PostgresPool;
  readonly #tables: Tables;

  constructor(pool: PostgresPool, tables: Tables) {
    this.#pool = pool;
    this.#tables = tables;
  }

  async load<State>(key: SnapshotKey): Promise<Snapshot<State> | undefined> {
    const rows = await queryWithin<{ version: number; state: State }>(this.#pool, currentContext(), {
      name: `${this.#tables.schema}_load_snapshot`,
      text: `select version, state from ${this.#tables.snapshots}
where stream_id = $1 and name = $2 and schema_version = $3`,
      values: [key.streamId, key.name, key.schemaVersion],
      types: ownTypes,
    });
    return rows[0];
  }

  async save<State>(key: SnapshotKey, snapshot: Snapshot<State>): Promise<void> {
    const violations: string[] = [];
    const state = writeJson(violations, 'state', snapshot.state);
    if (violations.length > 0) throw new InvalidInput('Saving a snapshot', violations);
    await withClient(this.#pool, currentContext(), (client) =>
      client.query({
        name: `${this.#tables.schema}_save_snapshot`,
        text: `insert into ${this.#tables.snapshots} as kept (stream_id, name, schema_version, version, state)
values ($1, $2, $3, $4, $5)
on conflict (stream_id, name) do update
  set schema_version = excluded.schema_version, version = excluded.version, state = excluded.state, taken_at = clock_timestamp()
  where kept.version < excluded.version or kept.schema_version <> excluded.schema_version`,
        values: [key.streamId, key.name, key.schemaVersion, snapshot.version, state],
      }),
    );
  }
}
