import type { IncomingRecord, OutgoingRecord } from '../driver.ts';
import { deadLetterTopicName } from '../topic-names.ts';
import type { DeadLetterReason } from './observed.ts';

/** The headers by which a dead letter says what it is. */
export const deadLetterHeaders = {
  reason: 'dead-letter-reason',
  error: 'dead-letter-error',
  attempts: 'dead-letter-attempts',
  /** Offset in its topic; its partition is the same in both. */
  origin: 'dead-letter-origin',
  time: 'dead-letter-time',
  /** Bytes of the value, where the letter is here without it: it is still where it came from, at its origin. */
  truncated: 'dead-letter-truncated',
} as const;

const LONGEST_ERROR = 1_000;

/** A record as a dead letter: as it came, and why it is here. */
export function toDeadLetter(
  record: IncomingRecord,
  group: string,
  reason: DeadLetterReason,
  error: unknown,
  attempts: number,
  time: number,
): OutgoingRecord {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    topic: deadLetterTopicName(record.topic, group),
    partition: record.partition,
    ...(record.key && { key: record.key }),
    ...(record.value && { value: record.value }),
    headers: {
      ...Object.fromEntries(record.headers),
      [deadLetterHeaders.reason]: reason,
      [deadLetterHeaders.error]: message.slice(0, LONGEST_ERROR),
      [deadLetterHeaders.attempts]: String(attempts),
      [deadLetterHeaders.origin]: String(record.offset),
      [deadLetterHeaders.time]: new Date(time).toISOString(),
    },
  };
}

/**
 * A letter that did not fit as one that needs less: first without its value, then with no more than says what it is.
 * Undefined when there is no less.
 */
export function shorterLetter(letter: OutgoingRecord): OutgoingRecord | undefined {
  const { topic, partition, key, value, headers } = letter;
  const place = { topic, ...(partition !== undefined && { partition }) };
  const size = String(value?.byteLength ?? 0);
  if (headers[deadLetterHeaders.truncated] === undefined) {
    const shorter = { ...headers, [deadLetterHeaders.truncated]: size };
    return { ...place, ...(key !== undefined && { key }), headers: shorter };
  }
  const own = new Set<string>(Object.values(deadLetterHeaders));
  const least = Object.entries(headers).filter(([name]) => own.has(name));
  if (key === undefined && least.length === Object.keys(headers).length) return undefined;
  return { ...place, headers: Object.fromEntries(least) };
}
