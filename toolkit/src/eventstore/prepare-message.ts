import { createHash } from 'node:crypto';
import { currentContext } from '../context/index.ts';
import { contextFields } from './context-fields.ts';
import { createEventId, isUuid } from './event-id.ts';
import { checkText, writeJson } from './input-checks.ts';
import type { OutboxMessage } from './outbox.ts';

/** A message checked and written as JSON. */
export interface PreparedMessage {
  readonly id: string;
  /** The event it was made of. */
  readonly eventId: string | null;
  readonly topic: string;
  readonly key: string | null;
  /** JSON; null for the event's data. */
  readonly payload: string | null;
  /** JSON; null for the event's metadata. */
  readonly headers: string | null;
}

/** Kafka's own limit. */
const LONGEST_TOPIC = 249;
const LONGEST_KEY = 1_000;

/** Checks a message; `eventId` when it is made of an event, with the messages made before it. */
export function prepareMessage(
  violations: string[],
  path: string,
  message: OutboxMessage,
  eventId?: string,
  others: readonly PreparedMessage[] = [],
): PreparedMessage {
  checkText(violations, `${path}: topic`, message.topic, LONGEST_TOPIC);
  if (message.key !== undefined) checkText(violations, `${path}: key`, message.key, LONGEST_KEY);
  const id = message.id ?? (eventId === undefined ? createEventId() : derivedId(eventId, others));
  if (!isUuid(id)) violations.push(`${path}: id: ${JSON.stringify(id)} is not a UUID`);
  if (message.payload === undefined && eventId === undefined) {
    violations.push(`${path}: payload: nothing; use null for an empty one`);
  }
  // What an event's message carries is its metadata, which holds the context already.
  const headers = message.headers ?? (eventId === undefined ? contextFields(currentContext()) : undefined);
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (typeof value !== 'string')
      violations.push(`${path}: headers.${name}: ${typeof value}, allowed is text`);
  }
  return {
    id,
    eventId: eventId ?? null,
    topic: message.topic,
    key: message.key ?? null,
    payload:
      message.payload === undefined ? null : writeJson(violations, `${path}: payload`, message.payload),
    headers: headers === undefined ? null : JSON.stringify(headers),
  };
}

/** The event's id for its first message; for further ones a UUID that is the same whenever the append is repeated. */
function derivedId(eventId: string, others: readonly PreparedMessage[]): string {
  const number = others.filter((other) => other.eventId === eventId).length;
  if (number === 0) return eventId;
  const digest = createHash('sha256').update(`${eventId}/${number}`).digest('hex');
  // Version 8 is for ids made in a way of one's own.
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-a${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}
