import { type Context, sqlSettings, sqlSettingsStatement, throwIfDone } from '../../context/index.ts';
import type { PostgresClient, PostgresPool, PostgresQueryable } from './client.ts';
import { deadlineError, withClient } from './connection.ts';

/**
 * Does work in a transaction that carries the context: its remaining time is the statements' timeout, and tenant,
 * principal and trace are settings that row-level security and triggers can read. Commits when the work resolves.
 */
export function inTransaction<Result>(
  pool: PostgresPool,
  context: Context,
  work: (transaction: PostgresQueryable) => Promise<Result> | Result,
): Promise<Result> {
  return withClient(pool, context, async (client, lease) => {
    try {
      await begin(client, context);
      const result = await work(client);
      // Work that nobody waits for any more must not happen after all.
      throwIfDone(context);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch(() => lease.discard());
      throw deadlineError(error, context);
    }
  });
}

async function begin(client: PostgresClient, context: Context): Promise<void> {
  const { statement_timeout: timeout, ...settings } = sqlSettings(context);
  await client.query(timeout === undefined ? 'begin' : `begin; set local statement_timeout = ${timeout}`);
  // Those that are empty need not be set: a pooled connection's last user set them for its transaction only.
  const carried = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== ''));
  if (Object.keys(carried).length > 0) {
    const { text, values } = sqlSettingsStatement(carried);
    await client.query(text, values);
  }
}
