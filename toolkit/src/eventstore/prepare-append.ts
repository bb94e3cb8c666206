import { type Context, rootContext } from '../context/index.ts';
import { contextFields } from './context-fields.ts';
import { InvalidInput } from './errors.ts';
import type { EventMetadata, ExpectedVersion, NewEvent } from './event.ts';
import { createEventId, isUuid } from './event-id.ts';
import { checkText, writeJson } from './input-checks.ts';
import type { OutboxMapping } from './outbox.ts';
import { type PreparedMessage, prepareMessage } from './prepare-message.ts';

/** An event checked and written as JSON. */
export interface PreparedEvent {
  readonly id: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: string;
  readonly metadata: string;
}

/** An append checked and ready to be stored. */
export interface PreparedAppend {
  readonly streamId: string;
  readonly expectedVersion: ExpectedVersion;
  readonly events: readonly PreparedEvent[];
  readonly messages: readonly PreparedMessage[];
}

/** What {@link prepareAppend} needs to know of the store. */
export interface PrepareOptions {
  readonly expectedVersion: ExpectedVersion;
  readonly metadata: EventMetadata | undefined;
  readonly context: Context;
  readonly currentVersion: (type: string) => number;
  readonly outbox: OutboxMapping | undefined;
}

/** The longest stream id, so that the index over it stays within PostgreSQL's entry size even in four-byte letters. */
const LONGEST_STREAM_ID = 500;
const LONGEST_TYPE = 200;
const MOST_EVENTS = 10_000;

/**
 * Checks an append and writes its events as JSON.
 *
 * @throws {@link InvalidInput} with every violation.
 */
export function prepareAppend(
  streamId: string,
  events: readonly NewEvent[],
  options: PrepareOptions,
): PreparedAppend {
  const violations: string[] = [];
  checkText(violations, 'streamId', streamId, LONGEST_STREAM_ID);
  checkExpectedVersion(violations, options.expectedVersion);
  if (events.length === 0) violations.push('events: there are none, an append takes at least one');
  if (events.length > MOST_EVENTS) {
    violations.push(`events: there are ${events.length}, at most ${MOST_EVENTS} fit into one append`);
  }
  const inherited = options.context === rootContext ? undefined : contextFields(options.context);
  const messages: PreparedMessage[] = [];
  const ids = new Set<string>();
  const prepared = events.map((event, index) => {
    const path = `events[${index}]`;
    checkText(violations, `${path}.type`, event.type, LONGEST_TYPE);
    const id = event.id === undefined ? createEventId() : checkId(violations, path, event.id, ids);
    const schemaVersion = event.schemaVersion ?? options.currentVersion(event.type);
    if (!Number.isSafeInteger(schemaVersion) || schemaVersion < 1 || schemaVersion > 32_767) {
      violations.push(`${path}.schemaVersion: ${schemaVersion}, allowed are 1 to 32767`);
    }
    const metadata = mergeMetadata(violations, path, [inherited, options.metadata, event.metadata]);
    const data = writeJson(violations, `${path}.data`, event.data);
    const outgoing = options.outbox?.({ ...event, id, streamId, schemaVersion, metadata });
    if (outgoing !== undefined) {
      for (const message of Array.isArray(outgoing) ? outgoing : [outgoing]) {
        messages.push(prepareMessage(violations, `the outbox message of ${path}`, message, id, messages));
      }
    }
    const text = metadata === noMetadata ? '{}' : JSON.stringify(metadata);
    return { id, type: event.type, schemaVersion, data, metadata: text };
  });
  if (violations.length > 0) throw new InvalidInput(`The append to ${JSON.stringify(streamId)}`, violations);
  return { streamId, expectedVersion: options.expectedVersion, events: prepared, messages };
}

/** Checks an id that was given; one of our own needs no check. */
function checkId(violations: string[], path: string, id: string, others: Set<string>): string {
  if (!isUuid(id)) violations.push(`${path}.id: ${JSON.stringify(id)} is not a UUID`);
  const lowerCase = String(id).toLowerCase();
  if (others.has(lowerCase)) violations.push(`${path}.id: ${id} is there twice`);
  others.add(lowerCase);
  return id;
}

const noMetadata: EventMetadata = Object.freeze({});

/** Of several with a field, the last has its say. */
function mergeMetadata(
  violations: string[],
  path: string,
  parts: readonly (EventMetadata | undefined)[],
): EventMetadata {
  if (parts.every((part) => part === undefined)) return noMetadata;
  const metadata: EventMetadata = Object.assign({}, ...parts) as EventMetadata;
  for (const [name, value] of Object.entries(metadata)) {
    if (typeof value !== 'string')
      violations.push(`${path}.metadata.${name}: ${typeof value}, allowed is text`);
  }
  return metadata;
}

function checkExpectedVersion(violations: string[], expected: ExpectedVersion): void {
  const valid =
    typeof expected === 'number'
      ? Number.isSafeInteger(expected) && expected >= 0
      : ['none', 'exists', 'any'].includes(expected);
  if (!valid) {
    violations.push(`expectedVersion: ${String(expected)}, allowed are 0, 1, 2, … and none, exists, any`);
  }
}
