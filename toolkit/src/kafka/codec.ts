import { type Context, inject, kafkaHeaders } from '../context/index.ts';
import {
  type CheckedEvent,
  type CloudEvent,
  fromBinary,
  fromStructured,
  InvalidEventError,
  isStructured,
  toBinary,
} from '../events/index.ts';
import type { IncomingRecord, OutgoingRecord } from './driver.ts';
import type { Topic } from './topic.ts';

/** Where a registry's serializers put the number of the schema: a zero and four bytes, which JSON never begins with. */
const REGISTRY_PREFIX = 5;

/** An event as a record: CloudEvents in binary mode, with the context in the headers. */
export function toRecord<Data>(
  topic: Topic<Data>,
  event: CloudEvent<Data>,
  context: Context,
): OutgoingRecord {
  const { fields, body } = toBinary(event, 'kafka');
  const headers: Record<string, string | Buffer> = { ...fields };
  inject(context, kafkaHeaders(headers));
  return {
    topic: topic.topic,
    key: topic.keyOf(event.data as Data),
    ...(body && { value: body }),
    headers,
  };
}

/**
 * The event of a record, in binary or structured mode.
 *
 * @throws InvalidEventError when it is none, or not what the topic holds.
 */
export function fromRecord<Data>(topic: Topic<Data>, record: IncomingRecord): CheckedEvent<Data> {
  const { headers } = record;
  const value = record.value?.[0] === 0 ? record.value.subarray(REGISTRY_PREFIX) : record.value;
  const field = (name: string) => headers.get(name)?.toString('utf8');
  if (!isStructured(field('content-type'))) {
    return topic.event.read(fromBinary('kafka', headers.keys(), field, value));
  }
  const events = fromStructured(value?.toString('utf8') ?? '');
  const [event] = events;
  if (event === undefined || events.length > 1) {
    throw new InvalidEventError([
      { path: 'the message', problem: `holds ${events.length} events: it takes one` },
    ]);
  }
  return topic.event.read(event);
}
