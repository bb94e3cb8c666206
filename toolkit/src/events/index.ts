/**
 * Events by CloudEvents 1.0: types with JSON Schemas, and the two ways in which an event travels.
 *
 * @module
 */
export { type BinaryEvent, type EventTransport, fromBinary, toBinary } from './binary.ts';
export type { CheckedEvent, CloudEvent, ExtensionValue } from './cloud-event.ts';
export {
  defineEvent,
  type EventAttributes,
  EventType,
  type EventTypeOptions,
  schemaVersion,
} from './event-type.ts';
export { generateEvent } from './generate.ts';
export { type EventViolation, InvalidEventError } from './invalid-event.ts';
export { fromStructured, isStructured, structuredMediaType, toBatch, toStructured } from './structured.ts';
