import type { OwnedWork, StepResult } from '../background-runner.ts';
import { beginning, type NewEvent, type Position } from '../event.ts';
import { handleInContext } from '../handler.ts';
import type { Subscriber } from '../subscription.ts';
import type { MemoryLog } from './log.ts';

/** Where subscriptions stand, by name. */
export type MemoryPlaces = Map<string, Position>;

/** A subscription while it is this one's: each event at least once. */
export class MemorySubscriberWork<Event extends NewEvent> implements OwnedWork {
  readonly owned = true;
  readonly #log: MemoryLog<Event>;
  readonly #places: MemoryPlaces;
  readonly #subscriber: Subscriber<Event>;
  readonly #release: () => void;

  constructor(
    log: MemoryLog<Event>,
    places: MemoryPlaces,
    subscriber: Subscriber<Event>,
    release: () => void,
  ) {
    this.#log = log;
    this.#places = places;
    this.#subscriber = subscriber;
    this.#release = release;
    const from = subscriber.from === 'end' ? log.head : beginning;
    if (!places.has(subscriber.name)) places.set(subscriber.name, from);
  }

  get position(): Position {
    return this.#places.get(this.#subscriber.name) ?? beginning;
  }

  async step(limit: number, signal: AbortSignal): Promise<StepResult> {
    const { name, types } = this.#subscriber;
    const page = this.#log.page(this.position, types, limit);
    let handled = 0;
    for (const event of page.events) {
      if (signal.aborted) return { handled, more: true };
      await handleInContext(event, signal, (given) => this.#subscriber.handle(given, { signal }));
      this.#places.set(name, event.position);
      handled += 1;
    }
    this.#places.set(name, page.next);
    return { handled, more: !page.complete };
  }

  async release(): Promise<void> {
    this.#release();
  }
}
