/**
 * A folded state, kept so that a long stream need not be folded from its first event.
 *
 * @example
 * const snapshot: Snapshot<Order> = { version: 200, state: { lines: 3 } };
 */
export interface Snapshot<State> {
  /** The stream's version that the state includes. */
  readonly version: number;
  readonly state: State;
}

/**
 * Which snapshot of a stream.
 *
 * @example
 * const key: SnapshotKey = { streamId: 'order-1', name: 'order', schemaVersion: 2 };
 */
export interface SnapshotKey {
  readonly streamId: string;
  /** What was folded: one stream may have several. */
  readonly name: string;
  /** The form of the state; a snapshot of another form is not found. */
  readonly schemaVersion: number;
}

/**
 * Keeps snapshots: of each key the newest.
 *
 * @example
 * await store.snapshots.save({ streamId: 'order-1', name: 'order', schemaVersion: 1 }, { version: 200, state });
 */
export interface Snapshots {
  load<State>(key: SnapshotKey): Promise<Snapshot<State> | undefined>;
  /** Does nothing when a newer one of the same form is there. */
  save<State>(key: SnapshotKey, snapshot: Snapshot<State>): Promise<void>;
}
