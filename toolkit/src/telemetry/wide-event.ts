import { type Context, currentContext } from '../context/index.ts';

/**
 * What a wide event may hold; nested values belong into a log line.
 *
 * @example
 * ```ts
 * const value: FieldValue = ['web', 'returning'];
 * ```
 */
export type FieldValue = string | number | boolean | null | readonly (string | number | boolean)[];

/**
 * The one event that tells of a request or another piece of work, filled while it runs.
 *
 * @example
 * ```ts
 * wideEvent().set({ 'order.id': order.id, 'order.lines': order.lines.length }).add('db.queries', 1);
 * ```
 */
export interface WideEvent {
  /** Sets fields; the last value stays. Fields that are `undefined` are left out. */
  set(fields: Readonly<Record<string, FieldValue | undefined>>): WideEvent;
  /** Adds to a number, which starts at 0. */
  add(field: string, amount: number): WideEvent;
  /** Makes sure that the event is written, whatever the sampling, and says why. */
  keep(reason: string): WideEvent;
}

/**
 * Under which the event of a piece of work travels in its context; for transports that begin events themselves.
 *
 * @example
 * ```ts
 * const pending = events.begin({ 'messaging.system': 'kafka' });
 * const context = deriveContext(currentContext(), { local: { [wideEventKey]: pending.event } });
 * ```
 */
export const wideEventKey: unique symbol = Symbol('wide event');

const ignored: WideEvent = { set: () => ignored, add: () => ignored, keep: () => ignored };

/**
 * The event of the work that is running, from anywhere below it. Outside of any it takes everything and does nothing,
 * so that code needs no check.
 *
 * @example
 * ```ts
 * wideEvent().set({ 'cart.value': 129.9 });
 * ```
 */
export function wideEvent(context: Context = currentContext()): WideEvent {
  return (context.local?.[wideEventKey] as WideEvent | undefined) ?? ignored;
}

/** Limits of one event, against code that puts a list into field names. */
export interface WideEventLimits {
  readonly fields: number;
  /** Characters of a text, items of a list. */
  readonly length: number;
}

type Fields = Readonly<Record<string, FieldValue | undefined>>;

/** An event while it is being filled. */
export class FillingEvent implements WideEvent {
  keptFor: string | undefined;
  /** Fields that did not fit. */
  dropped = 0;
  readonly #limits: WideEventLimits;
  readonly #initial: Fields;
  /** Made when there is something to add, which of most events nobody does before they are known to be written. */
  #fields: Map<string, FieldValue> | undefined;

  /** @param initial what it begins with; must not change */
  constructor(limits: WideEventLimits, initial: Fields) {
    this.#limits = limits;
    this.#initial = initial;
  }

  /** A copy of what it holds. */
  fields(): Record<string, unknown> {
    return Object.fromEntries(this.#filled());
  }

  set(fields: Fields): this {
    this.#put(this.#filled(), fields);
    return this;
  }

  add(field: string, amount: number): this {
    const filled = this.#filled();
    if (!this.#fits(filled, field)) return this;
    const before = filled.get(field);
    filled.set(field, (typeof before === 'number' ? before : 0) + amount);
    return this;
  }

  keep(reason: string): this {
    this.keptFor = reason;
    return this;
  }

  #filled(): Map<string, FieldValue> {
    if (this.#fields === undefined) {
      this.#fields = new Map();
      this.#put(this.#fields, this.#initial);
    }
    return this.#fields;
  }

  #put(filled: Map<string, FieldValue>, fields: Fields): void {
    for (const key in fields) {
      const value = fields[key];
      if (value !== undefined && this.#fits(filled, key)) filled.set(key, this.#cut(value));
    }
  }

  #fits(filled: ReadonlyMap<string, FieldValue>, key: string): boolean {
    if (filled.size < this.#limits.fields || filled.has(key)) return true;
    this.dropped++;
    return false;
  }

  #cut(value: FieldValue): FieldValue {
    const { length } = this.#limits;
    if (typeof value === 'string') return value.length <= length ? value : `${value.slice(0, length)}…`;
    return Array.isArray(value) && value.length > length ? value.slice(0, length) : value;
  }
}
