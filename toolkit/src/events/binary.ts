import { attributeNames, type CloudEvent, isJson, readEvent } from './cloud-event.ts';
import { type EventViolation, InvalidEventError } from './invalid-event.ts';

/**
 * An event in binary mode: its attributes as fields of the transport, its data as the body.
 *
 * @example
 * const { fields, body }: BinaryEvent = toBinary(event, 'http');
 */
export interface BinaryEvent {
  /** Names in lower case, with the transport's prefix; `content-type` is the data's. */
  readonly fields: Readonly<Record<string, string>>;
  /** Undefined for an event without data. */
  readonly body: Uint8Array | undefined;
}

/**
 * A transport that has a binding in CloudEvents: HTTP headers (`ce-`, percent-encoded) or Kafka record headers (`ce_`).
 *
 * @example
 * const transport: EventTransport = 'kafka';
 */
export type EventTransport = 'http' | 'kafka';

const prefixes: Readonly<Record<EventTransport, string>> = { http: 'ce-', kafka: 'ce_' };

/**
 * Puts an event into binary mode. Data is written as JSON, unless it is bytes, or text of another media type.
 *
 * @throws {@link InvalidEventError} for data of another kind whose media type is not JSON.
 * @example
 * const { fields, body } = toBinary(event, 'http');
 * await fetch(url, { method: 'POST', headers: fields, body });
 */
export function toBinary(event: CloudEvent, transport: EventTransport): BinaryEvent {
  const prefix = prefixes[transport];
  const write = transport === 'http' ? encodeHeader : (text: string) => text;
  const fields: Record<string, string> = {};
  for (const name of attributeNames) {
    const value = event[name];
    if (value !== undefined && name !== 'datacontenttype') fields[prefix + name] = write(value);
  }
  for (const [name, value] of Object.entries(event.extensions ?? {}))
    fields[prefix + name] = write(String(value));
  const { data, datacontenttype } = event;
  if (data === undefined) return { fields, body: undefined };
  fields['content-type'] = datacontenttype ?? 'application/json';
  return { fields, body: writeData(data, datacontenttype) };
}

/**
 * Reads an event in binary mode: `field` gives the transport's field of a lower-case name, `names` all names.
 *
 * @throws {@link InvalidEventError}
 * @example
 * const event = fromBinary('http', Object.keys(headers), (name) => headers[name], body);
 */
export function fromBinary(
  transport: EventTransport,
  names: Iterable<string>,
  field: (name: string) => string | undefined,
  body: Uint8Array | undefined,
): CloudEvent {
  const prefix = prefixes[transport];
  const violations: EventViolation[] = [];
  const attributes = new Map<string, unknown>();
  for (const name of names) {
    if (!name.startsWith(prefix)) continue;
    const text = field(name);
    if (text === undefined) continue;
    const value = transport === 'http' ? decodeHeader(text) : text;
    const attribute = name.slice(prefix.length);
    if (value === undefined) violations.push({ path: attribute, problem: 'has a broken escape' });
    else attributes.set(attribute, value);
  }
  if (violations.length > 0) throw new InvalidEventError(violations);
  const mediaType = field('content-type');
  if (mediaType !== undefined && body !== undefined) attributes.set('datacontenttype', mediaType);
  return readEvent(attributes, body === undefined ? undefined : readData(body, mediaType));
}

function writeData(data: unknown, mediaType: string | undefined): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (isJson(mediaType)) return Buffer.from(JSON.stringify(data));
  if (typeof data === 'string') return Buffer.from(data);
  throw new InvalidEventError([
    { path: 'data', problem: `is neither text nor bytes, which ${mediaType} takes` },
  ]);
}

function readData(body: Uint8Array, mediaType: string | undefined): unknown {
  if (!isJson(mediaType)) return body;
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch (error) {
    const problem = `is not JSON: ${error instanceof Error ? error.message : String(error)}`;
    throw new InvalidEventError([{ path: 'data', problem }]);
  }
}

/** By the HTTP binding, section 3.1.3.2: everything but printable ASCII, and `"` and `%` of that. */
function encodeHeader(text: string): string {
  return text.toWellFormed().replace(/[^\x21\x23-\x24\x26-\x7e]/gu, encodeURIComponent);
}

function decodeHeader(text: string): string | undefined {
  const bare = /^"(.*)"$/.exec(text)?.[1]?.replace(/\\(.)/g, '$1') ?? text;
  try {
    return decodeURIComponent(bare);
  } catch {
    return undefined;
  }
}
