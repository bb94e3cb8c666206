import { ConcurrencyConflict, EventIdConflict } from '../errors.ts';
import {
  beginning,
  type EventMetadata,
  formatPosition,
  type NewEvent,
  type Position,
  type Recorded,
  type RecordedEvent,
} from '../event.ts';
import type { AppendResult, LogPage, ReadOptions } from '../event-store.ts';
import type { PreparedAppend, PreparedEvent } from '../prepare-append.ts';
import type { Upcasting } from '../upcasting.ts';

interface StoredEvent extends PreparedEvent {
  readonly streamId: string;
  readonly version: number;
  readonly position: Position;
  readonly recordedAt: number;
}

/** All events, as JSON, so that what is read is a copy of what a database would have kept. */
export class MemoryLog<Event extends NewEvent> {
  readonly #upcasting: Upcasting;
  readonly #now: () => number;
  readonly #events: StoredEvent[] = [];
  readonly #streams = new Map<string, StoredEvent[]>();
  readonly #ids = new Map<string, StoredEvent>();

  constructor(upcasting: Upcasting, now: () => number) {
    this.#upcasting = upcasting;
    this.#now = now;
  }

  get head(): Position {
    return this.#events.at(-1)?.position ?? beginning;
  }

  append(append: PreparedAppend): AppendResult {
    const { streamId, expectedVersion } = append;
    const repeated = this.#repeated(append);
    if (repeated !== undefined) return repeated;
    const stream = this.#streams.get(streamId) ?? [];
    const version = stream.length;
    const asExpected =
      expectedVersion === 'any' ||
      (expectedVersion === 'exists'
        ? version > 0
        : version === (expectedVersion === 'none' ? 0 : expectedVersion));
    if (!asExpected) throw new ConcurrencyConflict(streamId, expectedVersion, version);
    for (const event of append.events) {
      const number = BigInt(this.#events.length + 1);
      const stored: StoredEvent = {
        ...event,
        streamId,
        version: stream.length + 1,
        position: formatPosition(number, number),
        recordedAt: this.#now(),
      };
      this.#events.push(stored);
      stream.push(stored);
      this.#ids.set(event.id.toLowerCase(), stored);
    }
    this.#streams.set(streamId, stream);
    return { version: stream.length, position: this.head, repeated: false };
  }

  stream(streamId: string, options: ReadOptions): Recorded<Event>[] {
    const { direction = 'forwards', limit = Number.POSITIVE_INFINITY } = options;
    const events = this.#streams.get(streamId) ?? [];
    const from = options.from ?? (direction === 'forwards' ? 1 : events.length);
    const wanted =
      direction === 'forwards'
        ? events.filter(({ version }) => version >= from)
        : events.filter(({ version }) => version <= from).reverse();
    return wanted.slice(0, limit).map((event) => this.#recorded(event));
  }

  page(after: Position, types: readonly string[] | undefined, limit: number): LogPage<Event> {
    const first = this.#events.findIndex(({ position }) => position > after);
    const scanned = first === -1 ? [] : this.#events.slice(first, first + limit);
    return {
      events: scanned
        .filter(({ type }) => types === undefined || types.includes(type))
        .map((event) => this.#recorded(event)),
      next: scanned.at(-1)?.position ?? after,
      complete: scanned.length < limit,
      heldBack: false,
    };
  }

  #repeated(append: PreparedAppend): AppendResult | undefined {
    const found = append.events.map(({ id }) => this.#ids.get(id.toLowerCase()));
    const stored = found.filter((event) => event !== undefined);
    const last = stored.at(-1);
    if (last === undefined) return undefined;
    const first = found[0]?.version ?? 0;
    const isSame = found.every(
      (event, index) => event?.streamId === append.streamId && event.version === first + index,
    );
    if (!isSame)
      throw new EventIdConflict(
        append.streamId,
        stored.map(({ id }) => id.toLowerCase()),
      );
    return { version: last.version, position: last.position, repeated: true };
  }

  #recorded(stored: StoredEvent): Recorded<Event> {
    const { type, schemaVersion, data, metadata } = this.#upcasting.upcast({
      type: stored.type,
      schemaVersion: stored.schemaVersion,
      data: JSON.parse(stored.data) as unknown,
      metadata: JSON.parse(stored.metadata) as EventMetadata,
    });
    const event: RecordedEvent = {
      id: stored.id.toLowerCase(),
      type,
      data,
      metadata,
      schemaVersion,
      streamId: stored.streamId,
      version: stored.version,
      position: stored.position,
      recordedAt: new Date(stored.recordedAt),
    };
    return event as Recorded<Event>;
  }
}
