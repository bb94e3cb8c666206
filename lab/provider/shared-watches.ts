import type { KubernetesClient, KubernetesObject, ObjectReference } from '../kubernetes/index.ts';

/** Told of each change of one object: its new state, or undefined when it is gone. */
export type ObjectListener = (object: KubernetesObject | undefined) => void;

interface CollectionWatch {
  listeners: Map<string, Set<ObjectListener>>;
  stop: AbortController;
  lingering?: NodeJS.Timeout;
}

/** How long a watch that nobody follows any more is kept for the next one, in milliseconds. */
const lingerMs = 2000;

/**
 * One watch per collection however many of its objects are followed: hundreds of resources wait at the same time, and
 * each watch holds a connection. A listener may miss what happened while a watch was being opened, so whoever must
 * know also reads the object itself now and then.
 */
export class SharedWatches {
  readonly #client: KubernetesClient;
  readonly #collections = new Map<string, CollectionWatch>();

  constructor(client: KubernetesClient) {
    this.#client = client;
  }

  /** Follows one object. @returns what ends it */
  follow(reference: ObjectReference, listener: ObjectListener): () => void {
    const key = `${reference.apiVersion} ${reference.kind} ${reference.namespace ?? ''}`;
    const collection = this.#collections.get(key) ?? this.#open(key, reference);
    clearTimeout(collection.lingering);
    const listeners = collection.listeners.get(reference.name) ?? new Set();
    collection.listeners.set(reference.name, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) collection.listeners.delete(reference.name);
      if (collection.listeners.size > 0) return;
      clearTimeout(collection.lingering);
      collection.lingering = setTimeout(() => this.#close(key, collection), lingerMs).unref();
    };
  }

  /** Ends every watch. */
  close(): void {
    for (const [key, collection] of this.#collections) this.#close(key, collection);
  }

  #open(key: string, reference: ObjectReference): CollectionWatch {
    const collection: CollectionWatch = { listeners: new Map(), stop: new AbortController() };
    this.#collections.set(key, collection);
    // A watch that is refused (no right to watch) leaves its followers to their own reading.
    void this.#run(collection, reference).catch(() => undefined);
    return collection;
  }

  async #run(collection: CollectionWatch, { apiVersion, kind, namespace }: ObjectReference): Promise<void> {
    const where = { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }) };
    for await (const { type, object } of this.#client.watch(where, { signal: collection.stop.signal })) {
      for (const listener of collection.listeners.get(object.metadata.name) ?? []) {
        listener(type === 'DELETED' ? undefined : object);
      }
    }
  }

  #close(key: string, collection: CollectionWatch): void {
    collection.stop.abort();
    if (this.#collections.get(key) === collection) this.#collections.delete(key);
  }
}
