import { type EventViolation, InvalidEventError } from './invalid-event.ts';

/**
 * What an extension attribute can hold.
 *
 * @example
 * const value: ExtensionValue = 'eu-central-1';
 */
export type ExtensionValue = string | number | boolean;

/**
 * An event by CloudEvents 1.0 (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md).
 *
 * @example
 * const event: CloudEvent<{ total: number }> = {
 *   specversion: '1.0', id: '6f3c', source: '/orders', type: 'orders.placed', data: { total: 12 },
 * };
 */
export interface CloudEvent<Data = unknown> {
  readonly specversion: '1.0';
  /** With the source, unique: the same event sent again has the same. */
  readonly id: string;
  /** Who says so: a URI reference, such as `/orders`. */
  readonly source: string;
  /** What happened, such as `orders.placed`. */
  readonly type: string;
  /** What it is about, within the source. */
  readonly subject?: string;
  /** When it happened, as in RFC 3339. */
  readonly time?: string;
  /** Media type of the data. @default 'application/json' */
  readonly datacontenttype?: string;
  /** URI of the data's schema. */
  readonly dataschema?: string;
  readonly data?: Data;
  /** Other attributes: names in lower-case letters and digits. */
  readonly extensions?: Readonly<Record<string, ExtensionValue>>;
}

/**
 * An event whose data was checked to be that of its type.
 *
 * @example
 * const event: CheckedEvent<OrderPlaced> = orderPlaced.read(received);
 * console.log(event.data.orderId);
 */
export interface CheckedEvent<Data> extends CloudEvent<Data> {
  readonly data: Data;
}

/** The attributes of the specification, in its order, but for the data. */
export const attributeNames = [
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'datacontenttype',
  'dataschema',
] as const;

const known = new Set<string>([...attributeNames, 'data', 'data_base64']);
const NAME = /^[a-z0-9]+$/;
const TIME = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
/** What the type system of the specification calls a string: no control characters. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * Makes an event of attributes as they came, and says everything that is wrong with them.
 *
 * @throws {@link InvalidEventError}
 */
export function readEvent(attributes: ReadonlyMap<string, unknown>, data: unknown): CloudEvent {
  const violations: EventViolation[] = [];
  const complain = (path: string, problem: string) => violations.push({ path, problem });
  const text = (name: string, isRequired: boolean): string | undefined => {
    const value = attributes.get(name);
    if (value === undefined || value === null) {
      if (isRequired) complain(name, 'is missing');
      return undefined;
    }
    if (typeof value !== 'string' || value === '')
      complain(name, `is ${JSON.stringify(value)}: it takes a text`);
    else if (CONTROL.test(value)) complain(name, 'has control characters');
    return String(value);
  };
  const specversion = text('specversion', true);
  if (specversion !== undefined && specversion !== '1.0')
    complain('specversion', `is ${specversion}: 1.0 is understood`);
  const event: Writable<CloudEvent> = {
    specversion: '1.0',
    id: text('id', true) ?? '',
    source: text('source', true) ?? '',
    type: text('type', true) ?? '',
  };
  for (const name of optionalNames) {
    const value = text(name, false);
    if (value !== undefined) event[name] = value;
  }
  const { time } = event;
  if (time !== undefined && (!TIME.test(time) || Number.isNaN(Date.parse(time)))) {
    complain('time', `is ${JSON.stringify(time)}: it takes a time as in 2026-03-01T12:00:00Z`);
  }
  let extensions: Record<string, ExtensionValue> | undefined;
  for (const [name, value] of attributes) {
    if (known.has(name) || value === undefined || value === null) continue;
    if (!NAME.test(name)) complain(name, 'is no name of an attribute: lower-case letters and digits are');
    else if (isExtensionValue(value)) (extensions ??= {})[name] = value;
    else
      complain(name, `is ${JSON.stringify(value)}: it takes a text, a boolean or a whole number of 32 bits`);
  }
  if (violations.length > 0) throw new InvalidEventError(violations);
  if (data !== undefined) event.data = data;
  if (extensions !== undefined) event.extensions = extensions;
  return event;
}

type Writable<Type> = { -readonly [Name in keyof Type]: Type[Name] };

const optionalNames = ['subject', 'time', 'datacontenttype', 'dataschema'] as const;

function isExtensionValue(value: unknown): value is ExtensionValue {
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 31;
  return typeof value === 'string' || typeof value === 'boolean';
}

/** Whether data of this media type is JSON; nothing said is JSON. */
export function isJson(mediaType: string | undefined): boolean {
  // What nearly all say needs no taking apart.
  if (mediaType === undefined || mediaType === 'application/json') return true;
  const [essence = ''] = mediaType.split(';', 1);
  return /^(application|text)\/(.+\+)?json$/i.test(essence.trim());
}
