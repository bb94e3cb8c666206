import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { KubernetesApiError } from './errors.ts';
import type { KubernetesObject } from './objects.ts';
import { backoff, retryDelay } from './retries.ts';

/** A change of a watched object. What exists already when the watch starts comes first, as `ADDED`. */
export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: KubernetesObject;
}

/** The two requests that a watch is made of. */
export interface WatchSource {
  list(): Promise<{ items: KubernetesObject[]; resourceVersion: string }>;
  stream(resourceVersion: string): Promise<AsyncIterable<Buffer>>;
}

const lineSchema = z.looseObject({
  type: z.string(),
  object: z.custom<KubernetesObject>((value) => typeof value === 'object' && value !== null),
});

/**
 * Follows a collection without gaps: lists, then watches from there; a broken connection goes on where it stopped, and
 * where the server has forgotten that point the collection is listed again, what vanished meanwhile told as `DELETED`.
 * Ends when `signal` is aborted.
 * @throws {KubernetesApiError} when the list is refused, or the watch for another reason than its age
 */
export async function* watchCollection(
  source: WatchSource,
  signal: AbortSignal | undefined,
): AsyncGenerator<WatchEvent, void, undefined> {
  const known = new Map<string, KubernetesObject>();
  let position: string | undefined;
  let failures = 0;
  while (!signal?.aborted) {
    try {
      if (position === undefined) {
        const list = await source.list();
        yield* differences(known, list.items);
        position = list.resourceVersion;
      }
      for await (const line of lines(await source.stream(position))) {
        failures = 0;
        const { type, object } = lineSchema.parse(JSON.parse(line));
        if (type === 'ERROR')
          throw KubernetesApiError.fromResponse(Number(object.code) || 500, JSON.stringify(object));
        position = object.metadata.resourceVersion ?? position;
        if (type === 'BOOKMARK') continue;
        const event = toEvent(type, object);
        if (!event) continue;
        remember(known, event);
        yield event;
      }
      // The server ends a watch now and then; one that ends them all at once is not asked in a tight loop.
      await delay(100, undefined, signal ? { signal } : {});
    } catch (error) {
      if (signal?.aborted) return;
      if (error instanceof KubernetesApiError && error.status === 410) {
        position = undefined;
        continue;
      }
      if (retryDelay(error, true) === undefined) throw error;
      failures += 1;
      await delay(backoff(failures, 0), undefined, signal ? { signal } : {}).catch(() => undefined);
    }
  }
}

function* differences(
  known: Map<string, KubernetesObject>,
  items: KubernetesObject[],
): Generator<WatchEvent> {
  const vanished = new Map(known);
  for (const object of items) {
    const uid = object.metadata.uid ?? '';
    const before = vanished.get(uid);
    vanished.delete(uid);
    if (before?.metadata.resourceVersion === object.metadata.resourceVersion) continue;
    known.set(uid, object);
    yield { type: before ? 'MODIFIED' : 'ADDED', object };
  }
  for (const [uid, object] of vanished) {
    known.delete(uid);
    yield { type: 'DELETED', object };
  }
}

function remember(known: Map<string, KubernetesObject>, event: WatchEvent): void {
  const uid = event.object.metadata.uid ?? '';
  if (event.type === 'DELETED') known.delete(uid);
  else known.set(uid, event.object);
}

function toEvent(type: string, object: KubernetesObject): WatchEvent | undefined {
  return type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' ? { type, object } : undefined;
}

async function* lines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part !== '') yield part;
  }
}
