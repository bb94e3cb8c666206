import { InvalidInput } from '../errors.ts';
import { writeJson } from '../input-checks.ts';
import type { Snapshot, SnapshotKey, Snapshots } from '../snapshot.ts';

/** Snapshots in memory. */
export class MemorySnapshots implements Snapshots {
  readonly #kept = new Map<string, { schemaVersion: number; version: number; state: string }>();

  async load<State>(key: SnapshotKey): Promise<Snapshot<State> | undefined> {
    const kept = this.#kept.get(JSON.stringify([key.streamId, key.name]));
    if (kept === undefined || kept.schemaVersion !== key.schemaVersion) return undefined;
    return { version: kept.version, state: JSON.parse(kept.state) as State };
  }

  async save<State>(key: SnapshotKey, snapshot: Snapshot<State>): Promise<void> {
    const name = JSON.stringify([key.streamId, key.name]);
    const kept = this.#kept.get(name);
    if (kept?.schemaVersion === key.schemaVersion && kept.version >= snapshot.version) return;
    const violations: string[] = [];
    const state = writeJson(violations, 'state', snapshot.state);
    if (violations.length > 0) throw new InvalidInput('Saving a snapshot', violations);
    this.#kept.set(name, { schemaVersion: key.schemaVersion, version: snapshot.version, state });
  }
}
