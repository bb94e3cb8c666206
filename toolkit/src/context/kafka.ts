import type { Carrier } from './carrier.ts';

/**
 * Kafka's record headers as clients hold them: a map, or a plain object whose values may repeat.
 *
 * @example
 * const headers: KafkaHeaders = new Map([['source', Buffer.from('orders')]]);
 */
export type KafkaHeaders =
  | Map<string, Buffer | string>
  | Record<string, Buffer | string | readonly (Buffer | string)[] | null | undefined>;

/**
 * A carrier over Kafka's record headers. A message is read later, so the deadline travels as an instant, and only
 * with `inject(…, { deadline: true })`.
 *
 * @example
 * const headers = new Map<string, Buffer>();
 * inject(currentContext(), kafkaHeaders(headers));
 */
export function kafkaHeaders(headers: KafkaHeaders): Carrier {
  if (headers instanceof Map) {
    return {
      delivery: 'stored',
      get: (name) => readText(headers.get(name)),
      set: (name, value) => void headers.set(name, Buffer.from(value, 'utf8')),
      keys: () => headers.keys(),
    };
  }
  return {
    delivery: 'stored',
    get(name) {
      const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
      // Kafka keeps repeated headers in order, and the last one counts.
      return readText(isList(value) ? value.at(-1) : value);
    },
    set(name, value) {
      headers[name] = Buffer.from(value, 'utf8');
    },
    keys: () => Object.keys(headers),
  };
}

function isList(value: unknown): value is readonly (Buffer | string)[] {
  return Array.isArray(value);
}

function readText(value: Buffer | string | null | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : value.toString('utf8');
}
