import type { Context } from '../../context/index.ts';
import { ownTypes, type PostgresPool } from './client.ts';
import { queryWithin } from './connection.ts';
import type { Tables } from './tables.ts';

/**
 * How a subscription or a version of a projection stands.
 *
 * @example
 * const isLate = (subscription: SubscriptionStatus) => subscription.behind > 1_000;
 */
export interface SubscriptionStatus {
  readonly name: string;
  readonly version: number;
  readonly kind: 'subscription' | 'projection';
  readonly state: 'building' | 'live' | 'retired';
  /** Committed events after its place, at most 10,000 counted; with a filter, also those it does not handle. */
  readonly behind: number;
}

/**
 * A transaction that keeps younger events from being read. Any open transaction of the whole server that has written
 * something does, also one of another database.
 *
 * @example
 * const report = ({ pid, ageSeconds, application }: HorizonHolder) => `${pid} (${application}) for ${ageSeconds} s`;
 */
export interface HorizonHolder {
  readonly pid: number;
  readonly application: string;
  /** How long its transaction is open. */
  readonly ageSeconds: number;
  readonly state: string;
}

/**
 * What the database says about a store.
 *
 * @example
 * const { subscriptions, heldBackBy }: PostgresStatus = await store.status();
 */
export interface PostgresStatus {
  /** The schema's migration. */
  readonly schemaVersion: number;
  readonly subscriptions: readonly SubscriptionStatus[];
  readonly outbox: { readonly depth: number; readonly oldestSeconds: number };
  /** The oldest open transactions that have written, oldest first, at most five. Empty most of the time. */
  readonly heldBackBy: readonly HorizonHolder[];
}

const MOST_COUNTED = 10_000;

/** Asks the database. */
export async function readStatus(
  pool: PostgresPool,
  tables: Tables,
  context: Context,
): Promise<PostgresStatus> {
  const rows = await queryWithin<{ status: PostgresStatus }>(pool, context, {
    text: `select json_build_object(
  'schemaVersion', (select coalesce(max(version), 0) from ${tables.migrations}),
  'subscriptions', (select coalesce(json_agg(json_build_object(
      'name', name, 'version', version, 'kind', kind, 'state', state,
      'behind', case state when 'retired' then 0 else (select count(*) from (
        select from ${tables.events} as event
        where (event.transaction_id, event.position) > (place.transaction_id, place.position)
        limit ${MOST_COUNTED}) as later) end
    ) order by name, version), '[]') from ${tables.subscriptions} as place),
  'outbox', (select json_build_object('depth', count(*),
      'oldestSeconds', coalesce(extract(epoch from clock_timestamp() - min(enqueued_at)), 0)) from ${tables.outbox}),
  'heldBackBy', (select coalesce(json_agg(json_build_object('pid', pid, 'application', application_name,
      'ageSeconds', extract(epoch from clock_timestamp() - xact_start), 'state', state) order by age(backend_xid) desc), '[]')
    from (select * from pg_stat_activity where backend_xid is not null and pid <> pg_backend_pid()
      order by age(backend_xid) desc limit 5) as holder)
) as status`,
    types: ownTypes,
  });
  const status = rows[0]?.status;
  if (status === undefined) throw new Error('The database gave no status');
  return status;
}
