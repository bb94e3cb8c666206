import type { ResilienceEvent, ResilienceRegistry } from '../resilience/index.ts';
import { wideEvent } from './wide-event.ts';

/** Under which field of a wide event each kind of event is counted. */
const fields: Partial<Record<ResilienceEvent['type'], string>> = {
  rejected: 'rejected',
  retrying: 'retries',
  hedging: 'hedges',
  degraded: 'degraded',
  injected: 'faults',
};

/**
 * Counts in the wide event of the work what strategies did with its calls: `resilience.<pipeline>.retries`, `.rejected`,
 * `.hedges`, `.degraded`, `.faults`.
 *
 * @returns A function that ends it.
 * @example
 * ```ts
 * bindResilienceEvents(registry);
 * ```
 */
export function bindResilienceEvents(registry: ResilienceRegistry): () => void {
  return registry.subscribe((event, pipeline) => {
    const field = fields[event.type];
    if (field !== undefined) wideEvent().add(`resilience.${pipeline}.${field}`, 1);
  });
}
