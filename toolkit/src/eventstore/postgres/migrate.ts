import { type Context, rootContext } from '../../context/index.ts';
import type { PostgresPool, PostgresQueryable } from './client.ts';
import { ownTypes } from './client.ts';
import { type Migration, migrationsOf } from './migrations.ts';
import { lockKey, type Tables } from './tables.ts';
import { inTransaction } from './transaction.ts';

/**
 * Brings the schema up to date: each missing step once, whoever else does the same at the same time. When all is
 * there it changes nothing and needs no right to. A schema newer than this code is left alone, for steps only add.
 */
export async function migrate(
  pool: PostgresPool,
  tables: Tables,
  context: Context = rootContext,
): Promise<void> {
  await inTransaction(pool, context, async (transaction) => {
    const locked = `select pg_advisory_xact_lock(${lockKey(tables, 'runner', "'migrations'")})`;
    await transaction.query(locked);
    const applied = await appliedVersion(transaction, tables);
    for (const step of migrationsOf(tables)) {
      if (step.version > applied) await apply(transaction, tables, step);
    }
    await adoptTransactionIds(transaction, tables);
  });
}

/** All steps as one script, for those who let a database administrator apply it. */
export function migrationScript(tables: Tables): string {
  return migrationsOf(tables)
    .map((step) => `${preparation(tables, step)}${step.sql}${record(tables, step)};\n`)
    .join('\n');
}

async function appliedVersion(transaction: PostgresQueryable, tables: Tables): Promise<number> {
  const { rows } = await transaction.query<{ present: boolean }>({
    text: `select to_regclass('${tables.migrations}') is not null as present`,
    types: ownTypes,
  });
  if (!rows[0]?.present) return 0;
  const versions = await transaction.query<{ version: number }>({
    text: `select coalesce(max(version), 0) as version from ${tables.migrations}`,
    types: ownTypes,
  });
  return versions.rows[0]?.version ?? 0;
}

async function apply(transaction: PostgresQueryable, tables: Tables, step: Migration): Promise<void> {
  await transaction.query(`${preparation(tables, step)}${step.sql}`);
  await transaction.query(record(tables, step));
}

function preparation(tables: Tables, step: Migration): string {
  if (step.version > 1) return '';
  return `create schema if not exists ${tables.schema};
create table ${tables.migrations} (
  version integer primary key,
  name text not null,
  applied_at timestamptz not null default clock_timestamp()
);
`;
}

function record(tables: Tables, step: Migration): string {
  return `insert into ${tables.migrations} (version, name) values (${step.version}, '${step.name}')`;
}

/**
 * A restored dump holds transaction ids of the cluster it was taken from, which may be ahead of this one's: then new
 * events would come before old ones. Lifts this cluster's ids above them.
 */
async function adoptTransactionIds(transaction: PostgresQueryable, tables: Tables): Promise<void> {
  const foreign = {
    text: `select coalesce(max(transaction_id), 0) as last,
      coalesce(max(transaction_id) >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint + ${tables.transactionOffset}, false) as ahead
      from ${tables.events}`,
    types: ownTypes,
  };
  const { rows } = await transaction.query<{ last: bigint; ahead: boolean }>(foreign);
  if (!rows[0]?.ahead) return;
  await transaction.query(`lock table ${tables.events} in share row exclusive mode`);
  const settled = (await transaction.query<{ last: bigint; ahead: boolean }>(foreign)).rows[0];
  if (!settled?.ahead) return;
  const current = await transaction.query<{ id: bigint }>({
    text: 'select pg_current_xact_id()::text::bigint as id',
    types: ownTypes,
  });
  const offset = settled.last + 1n - (current.rows[0]?.id ?? 0n);
  await transaction.query(
    `create or replace function ${tables.transactionOffset} returns bigint immutable language sql as 'select ${offset}::bigint'`,
  );
  await transaction.query(
    `select setval('${tables.eventPosition}', greatest((select max(position) from ${tables.events}), nextval('${tables.eventPosition}')))`,
  );
}
