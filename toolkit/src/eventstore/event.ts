/**
 * What is known about an event beside its content, as text: who caused it, which request it belongs to. The context
 * of the append (trace, tenant, baggage) travels here under the names of `carrierFields`.
 *
 * @example
 * const metadata: EventMetadata = { 'caused-by': 'checkout', traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
 */
export type EventMetadata = Readonly<Record<string, string>>;

/**
 * Something that happened, before it is stored. A union of these is the type of a store's events.
 *
 * @example
 * type OrderEvent =
 *   | NewEvent<'OrderPlaced', { customer: string; total: number }>
 *   | NewEvent<'OrderShipped', { parcel: string }>;
 */
export interface NewEvent<Type extends string = string, Data = unknown> {
  readonly type: Type;
  /** What `JSON.stringify` keeps of it is stored. */
  readonly data: Data;
  /**
   * A UUID. An append with the ids of an earlier one is a repetition and stores nothing, so give ids to events whose
   * append may be retried.
   *
   * @default a new UUID of version 7
   */
  readonly id?: string;
  /** Which form of this type's data it is. @default the newest that the upcasters know, else 1 */
  readonly schemaVersion?: number;
  /** @default nothing but the context's fields */
  readonly metadata?: EventMetadata;
}

const DIGITS = 16;

/**
 * Where an event stands among all events of the store. An opaque text: an event that comes later has a greater one,
 * by plain comparison of texts. Positions have gaps.
 *
 * @example
 * const isLater = (left: Position, right: Position) => left > right;
 */
export type Position = string;

/**
 * The position before the first event.
 *
 * @example
 * const page = await store.readAll({ after: beginning });
 */
export const beginning: Position = formatPosition(0n, 0n);

/**
 * An event as it was stored, in the newest form that the upcasters know.
 *
 * @example
 * const describe = (event: RecordedEvent) => `${event.streamId}@${event.version}: ${event.type}`;
 */
export interface RecordedEvent<Type extends string = string, Data = unknown> {
  readonly id: string;
  readonly type: Type;
  readonly data: Data;
  readonly metadata: EventMetadata;
  readonly schemaVersion: number;
  readonly streamId: string;
  /** Its number in the stream: 1, 2, 3 without gaps. */
  readonly version: number;
  readonly position: Position;
  readonly recordedAt: Date;
}

/**
 * The stored form of each event in a union.
 *
 * @example
 * type Stored = Recorded<NewEvent<'OrderPlaced', { total: number }> | NewEvent<'OrderShipped', null>>;
 * // RecordedEvent<'OrderPlaced', { total: number }> | RecordedEvent<'OrderShipped', null>
 */
export type Recorded<Event extends NewEvent> =
  Event extends NewEvent<infer Type, infer Data> ? RecordedEvent<Type, Data> : never;

/**
 * What a stream must be like for an append to happen: at exactly this version, without events (`none`, the same as
 * 0), with some (`exists`), or whatever it is like (`any`).
 *
 * @example
 * await store.append('order-1', events, { expectedVersion: 'none' });
 */
export type ExpectedVersion = number | 'none' | 'exists' | 'any';

/** Writes a position; both parts are at least zero and below 2^64. */
export function formatPosition(transactionId: bigint, position: bigint): Position {
  return `${transactionId.toString(16).padStart(DIGITS, '0')}-${position.toString(16).padStart(DIGITS, '0')}`;
}

const POSITION = /^([0-9a-f]{16})-([0-9a-f]{16})$/;

/** Whether a text is a position. */
export function isPosition(text: string): text is Position {
  return POSITION.test(text);
}

/**
 * Reads a position.
 *
 * @throws RangeError when it was not given out by a store.
 */
export function parsePosition(position: Position): { transactionId: bigint; position: bigint } {
  const [, transactionId, number] = POSITION.exec(position) ?? [];
  if (transactionId === undefined || number === undefined) {
    throw new RangeError(`${JSON.stringify(position)} is not a position that an event store gave out`);
  }
  return { transactionId: BigInt(`0x${transactionId}`), position: BigInt(`0x${number}`) };
}
