import { applyMigrations, type MigratedContract } from './migrate.ts';
import { v1beta1 } from './v1beta1.ts';

/** Every step to the newest version, oldest first; a new version adds one. */
export const migrations = [v1beta1] as const;

export type { MigratedContract } from './migrate.ts';

/**
 * Brings a contract of an earlier version to the newest one. Reading a contract does this by itself; this is for
 * tools that rewrite files.
 *
 * @example
 * const { value, changes } = migrateContract({ contract: 'v1beta1', name: 'orders', owner: 'commerce' });
 * // value.team is 'commerce', and changes says so
 */
export function migrateContract(value: unknown): MigratedContract {
  return applyMigrations(value, migrations);
}
