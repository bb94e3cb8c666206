import { attributeNames, type CloudEvent, isJson, readEvent } from './cloud-event.ts';
import { InvalidEventError } from './invalid-event.ts';

/**
 * Media types of events as a whole, in JSON.
 *
 * @example
 * reply.header('content-type', structuredMediaType);
 */
export const structuredMediaType = 'application/cloudevents+json';
const batchMediaType = 'application/cloudevents-batch+json';

/**
 * Whether a message of this media type is an event as a whole, rather than data with the attributes beside it.
 *
 * @example
 * isStructured('application/cloudevents+json; charset=utf-8'); // true
 */
export function isStructured(mediaType: string | undefined): boolean {
  if (mediaType === undefined || mediaType === 'application/json') return false;
  const essence = mediaType.split(';', 1)[0]?.trim().toLowerCase();
  return essence === structuredMediaType || essence === batchMediaType;
}

/**
 * An event as one JSON text: structured mode, `application/cloudevents+json`. Data that is bytes goes in base 64.
 *
 * @example
 * await fetch(url, { method: 'POST', headers: { 'content-type': structuredMediaType }, body: toStructured(event) });
 */
export function toStructured(event: CloudEvent): string {
  return JSON.stringify(toJson(event));
}

/**
 * Several events as one JSON text: `application/cloudevents-batch+json`.
 *
 * @example
 * const body = toBatch([placed, paid]);
 */
export function toBatch(events: readonly CloudEvent[]): string {
  return JSON.stringify(events.map(toJson));
}

/**
 * Reads an event, or a batch of them, from one JSON text.
 *
 * @throws {@link InvalidEventError}
 * @example
 * const [event] = fromStructured(body);
 */
export function fromStructured(text: string): CloudEvent[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    const problem = `is not JSON: ${error instanceof Error ? error.message : String(error)}`;
    throw new InvalidEventError([{ path: 'the message', problem }]);
  }
  return Array.isArray(parsed) ? parsed.map(fromJson) : [fromJson(parsed)];
}

function toJson(event: CloudEvent): Record<string, unknown> {
  const { data, extensions } = event;
  const json: Record<string, unknown> = {};
  for (const name of attributeNames) if (event[name] !== undefined) json[name] = event[name];
  Object.assign(json, extensions);
  if (data instanceof Uint8Array) json.data_base64 = Buffer.from(data).toString('base64');
  else if (data !== undefined) json.data = data;
  return json;
}

function fromJson(value: unknown): CloudEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidEventError([{ path: 'the message', problem: 'is no JSON object' }]);
  }
  const { data, data_base64: encoded, ...attributes } = value as Record<string, unknown>;
  if (encoded === undefined) return readEvent(new Map(Object.entries(attributes)), data);
  if (typeof encoded !== 'string' || data !== undefined) {
    throw new InvalidEventError([{ path: 'data_base64', problem: 'takes a text, and no data beside it' }]);
  }
  const bytes = Buffer.from(encoded, 'base64');
  const { datacontenttype } = attributes;
  const isText = typeof datacontenttype === 'string' && isJson(datacontenttype);
  return readEvent(new Map(Object.entries(attributes)), isText ? parse(bytes) : new Uint8Array(bytes));
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw new InvalidEventError([
      { path: 'data_base64', problem: 'is not JSON, which its media type promises' },
    ]);
  }
}
