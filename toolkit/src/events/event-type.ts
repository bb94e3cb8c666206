import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../clock/index.ts';
import { type CheckedEvent, type CloudEvent, type ExtensionValue, readEvent } from './cloud-event.ts';
import { type EventViolation, InvalidEventError } from './invalid-event.ts';
import { compileSchema, type DataCheck } from './json-schema.ts';

/**
 * What {@link defineEvent} takes.
 *
 * @example
 * const options: EventTypeOptions = { type: 'orders.placed', version: 1, schema: { type: 'object' } };
 */
export interface EventTypeOptions {
  /** What happened, as in the contract's `topic`. */
  readonly type: string;
  /** Version of the schema, as in the contract. */
  readonly version: number;
  /** JSON Schema (2020-12) of the data. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** URI of the schema. @default none */
  readonly dataschema?: string;
}

/**
 * What one event has beside its data.
 *
 * @example
 * const attributes: EventAttributes = { source: '/orders', subject: order.id };
 */
export interface EventAttributes {
  /** Who says so: a URI reference, such as `/orders`. */
  readonly source: string;
  /** @default a new UUID */
  readonly id?: string;
  /** What it is about, within the source. */
  readonly subject?: string;
  /** When it happened. @default now */
  readonly time?: Date;
  readonly extensions?: Readonly<Record<string, ExtensionValue>>;
}

/** The extension attribute that carries the version of the data's schema. */
const VERSION = 'schemaversion';

/**
 * A type of event: its name, and what its data must be. The schema is compiled when it is first needed.
 *
 * @example
 * const orderPlaced: EventType<OrderPlaced> = defineEvent<OrderPlaced>({ type: 'orders.placed', version: 1, schema });
 */
export class EventType<Data> {
  readonly type: string;
  readonly version: number;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly dataschema: string | undefined;
  readonly #clock: Clock;
  #check: DataCheck | undefined;

  constructor({ type, version, schema, dataschema }: EventTypeOptions, clock: Clock = systemClock) {
    const violations: string[] = [];
    if (type === '') violations.push('type is empty: name what happened, such as orders.placed');
    if (!Number.isInteger(version) || version < 1)
      violations.push(`version is ${version}: give it a whole number from 1`);
    if (violations.length > 0) throw new TypeError(violations.join('\n'));
    this.type = type;
    this.version = version;
    this.schema = schema;
    this.dataschema = dataschema;
    this.#clock = clock;
  }

  /** What is wrong with data; empty when nothing is. */
  check(data: unknown): readonly EventViolation[] {
    this.#check ??= compileSchema(this.schema, `${this.type} ${this.version}`);
    return this.#check(data);
  }

  /**
   * An event of this type.
   *
   * @throws {@link InvalidEventError} when data or attributes are not fit.
   */
  create(data: Data, attributes: EventAttributes): CheckedEvent<Data> {
    const violations = this.check(data);
    if (violations.length > 0) throw new InvalidEventError(violations);
    const { source, id = randomUUID(), subject, time, extensions } = attributes;
    const event = readEvent(
      new Map<string, unknown>([
        ['specversion', '1.0'],
        ['id', id],
        ['source', source],
        ['type', this.type],
        ['subject', subject],
        ['time', (time ?? new Date(this.#clock.wall())).toISOString()],
        ['datacontenttype', 'application/json'],
        ['dataschema', this.dataschema],
        [VERSION, this.version],
        ...Object.entries(extensions ?? {}),
      ]),
      data,
    );
    return event as CheckedEvent<Data>;
  }

  /**
   * The event, when it is of this type and its data is what this version of the schema says, whatever version it was
   * written with.
   *
   * @throws {@link InvalidEventError} otherwise.
   */
  read(event: CloudEvent): CheckedEvent<Data> {
    if (event.type !== this.type) {
      throw new InvalidEventError([{ path: 'type', problem: `is ${event.type}: ${this.type} is expected` }]);
    }
    const violations = this.check(event.data);
    if (violations.length > 0) throw new InvalidEventError(violations);
    return event as CheckedEvent<Data>;
  }
}

/**
 * Defines a type of event. `Data` is what the schema says, in TypeScript; `ninefold-toolkit generate` writes it.
 *
 * @throws TypeError when type or version are not fit.
 * @example
 * export const orderPlaced = defineEvent<OrderPlaced>({ type: 'orders.placed', version: 1, schema });
 * const event = orderPlaced.create({ orderId: '4711', total: 12 }, { source: '/orders', subject: '4711' });
 */
export function defineEvent<Data>(options: EventTypeOptions): EventType<Data> {
  return new EventType<Data>(options);
}

/**
 * The version of the schema that an event was written with; undefined when it does not say.
 *
 * @example
 * schemaVersion(orderPlaced.create(data, { source: '/orders' })); // 1
 */
export function schemaVersion(event: CloudEvent): number | undefined {
  const version = Number(event.extensions?.[VERSION]);
  return Number.isInteger(version) && version > 0 ? version : undefined;
}
