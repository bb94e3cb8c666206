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
