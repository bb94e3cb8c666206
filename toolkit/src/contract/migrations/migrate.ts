import { type Path, valueAt } from '../violation.ts';
import { Draft } from './draft.ts';

/** One step from a version of the contract to the next. */
export interface Migration {
  readonly from: string;
  readonly to: string;
  /** What changes, one sentence each. */
  readonly changes: readonly string[];
  /** Changes the draft; leaves alone what it does not understand, for the next version's checks to name. */
  migrate(draft: Draft): void;
}

/**
 * A contract brought to the newest version that the migrations reach.
 *
 * @example
 * const { value, changes }: MigratedContract = migrateContract(written);
 * for (const change of changes) console.log(change);
 */
export interface MigratedContract {
  /** The contract in the new version; the same value when it was not migrated. */
  readonly value: unknown;
  /** What changed, one sentence each; empty when it was not migrated. */
  readonly changes: readonly string[];
  /** Where something stood in the version that was given. */
  pathAsWritten(path: Path): Path;
}

/** Applies one migration after the other, as long as one starts from the version at hand. */
export function applyMigrations(value: unknown, migrations: readonly Migration[]): MigratedContract {
  const given = valueAt(value, ['contract']);
  if (!migrations.some(({ from }) => from === given))
    return { value, changes: [], pathAsWritten: (path) => path };
  const draft = new Draft(value);
  const changes: string[] = [];
  const applied = new Set<Migration>();
  for (;;) {
    const version = draft.get(['contract']);
    const next = migrations.find((migration) => migration.from === version && !applied.has(migration));
    if (next === undefined) break;
    applied.add(next);
    next.migrate(draft);
    draft.set(['contract'], next.to);
    changes.push(...next.changes);
  }
  return { value: draft.value, changes, pathAsWritten: (path) => draft.pathAsWritten(path) };
}
