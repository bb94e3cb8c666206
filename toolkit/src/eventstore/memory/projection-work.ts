import type { OwnedWork, StepResult } from '../background-runner.ts';
import { beginning, type NewEvent, type Position } from '../event.ts';
import { handleInContext } from '../handler.ts';
import type { Projection, ProjectionTransaction } from '../projection.ts';
import type { MemoryLog } from './log.ts';
import { type MemoryDocuments, MemoryView } from './view.ts';

/** A version of a projection. */
export interface MemoryVersion {
  readonly version: number;
  readonly documents: MemoryDocuments;
  state: 'building' | 'live' | 'retired';
  position: Position;
}

/** The versions of a projection; the one that is live is seen. */
export class MemoryProjection {
  readonly versions = new Map<number, MemoryVersion>();

  get live(): MemoryVersion | undefined {
    return [...this.versions.values()].find(({ state }) => state === 'live');
  }

  /** Undefined when a newer version is seen. */
  prepare(version: number): { readonly entry: MemoryVersion; readonly isNew: boolean } | undefined {
    const present = this.versions.get(version);
    if (present !== undefined)
      return present.state === 'retired' ? undefined : { entry: present, isNew: false };
    const { live } = this;
    if (live !== undefined && live.version > version) return undefined;
    const state = live === undefined ? 'live' : 'building';
    return { entry: { version, documents: new Map(), state, position: beginning }, isNew: true };
  }

  takeOver(entry: MemoryVersion): void {
    const { live } = this;
    if (live !== undefined && live.position > entry.position) return;
    for (const other of this.versions.values()) if (other.version < entry.version) other.state = 'retired';
    entry.state = live !== undefined && live.version > entry.version ? 'retired' : 'live';
  }
}

/** A version of a projection while it is this one's: documents and place change together. */
export class MemoryProjectionWork<Event extends NewEvent> implements OwnedWork {
  readonly owned = true;
  readonly #log: MemoryLog<Event>;
  readonly #projection: Projection<Event>;
  readonly #versions: MemoryProjection;
  readonly #entry: MemoryVersion;
  readonly #release: () => void;

  constructor(parts: {
    log: MemoryLog<Event>;
    projection: Projection<Event>;
    versions: MemoryProjection;
    entry: MemoryVersion;
    release: () => void;
  }) {
    this.#log = parts.log;
    this.#projection = parts.projection;
    this.#versions = parts.versions;
    this.#entry = parts.entry;
    this.#release = parts.release;
  }

  get position(): Position {
    return this.#entry.position;
  }

  async step(limit: number, signal: AbortSignal): Promise<StepResult> {
    const entry = this.#entry;
    if (entry.state === 'retired') return { handled: 0, more: false, retired: true };
    const page = this.#log.page(entry.position, this.#projection.types, limit);
    const view = new MemoryView(entry.documents);
    const transaction: ProjectionTransaction = { view };
    let handled = 0;
    let reached = entry.position;
    for (const event of page.events) {
      if (signal.aborted) break;
      await handleInContext(event, signal, (given) =>
        this.#projection.handle(given, transaction, { signal }),
      );
      handled += 1;
      reached = event.position;
    }
    if (handled === page.events.length) reached = page.next;
    view.commit();
    entry.position = reached;
    if (entry.state === 'building' && page.complete) this.#versions.takeOver(entry);
    return { handled, more: !page.complete || entry.state === 'building' };
  }

  async release(): Promise<void> {
    this.#release();
  }
}
