import type { AttributeBound, Attributes } from './instrument.ts';

/** What stands for a value beyond the bound of its attribute, by OpenTelemetry's conventions. */
export const OTHER = '_OTHER';

/** Separates the values of a key; no label may contain it. */
const SEPARATOR = '\u0001';

/**
 * The series of one metric: finds what belongs to a set of attributes, and keeps their number within bounds. A value
 * outside of its attribute's bound becomes `_OTHER`; when the metric has all the series it may have, so do all
 * attributes whose values are not listed.
 */
export class SeriesSet<Child> {
  readonly attributes: readonly string[];
  readonly #bounds: readonly AttributeBound[];
  readonly #seen: readonly Set<string>[];
  readonly #series = new Map<string, Child>();
  readonly #maximum: number;
  readonly #create: (values: string[]) => Child;
  readonly #overflowed: (attribute: string) => void;

  constructor(
    attributes: Readonly<Record<string, AttributeBound>>,
    maximum: number,
    create: (values: string[]) => Child,
    overflowed: (attribute: string) => void,
  ) {
    this.attributes = Object.keys(attributes);
    this.#bounds = Object.values(attributes);
    this.#seen = this.#bounds.map((bound) => new Set(typeof bound === 'number' ? [] : bound.map(String)));
    this.#maximum = maximum;
    this.#create = create;
    this.#overflowed = overflowed;
  }

  get size(): number {
    return this.#series.size;
  }

  find(given: Attributes): Child {
    let key = '';
    for (const attribute of this.attributes) key += `${given[attribute] ?? ''}${SEPARATOR}`;
    return this.#series.get(key) ?? this.#findBounded(given);
  }

  #findBounded(given: Attributes): Child {
    const values = this.attributes.map((attribute, index) =>
      this.#bounded(attribute, index, given[attribute]),
    );
    const key = keyOf(values);
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    if (this.#series.size < this.#maximum) return this.#add(key, values);
    const collapsed = values.map((value, index) => this.#collapse(value, index));
    const collapsedKey = keyOf(collapsed);
    return this.#series.get(collapsedKey) ?? this.#add(collapsedKey, collapsed);
  }

  #bounded(attribute: string, index: number, given: string | number | boolean | undefined): string {
    if (given === undefined) return '';
    const value = String(given);
    const seen = this.#seen[index];
    const bound = this.#bounds[index];
    if (seen?.has(value)) return value;
    if (typeof bound === 'number' && seen !== undefined && seen.size < bound) {
      seen.add(value);
      return value;
    }
    this.#overflowed(attribute);
    return OTHER;
  }

  /** Listed values are few and known; the others make the series many. */
  #collapse(value: string, index: number): string {
    if (value === '' || value === OTHER || typeof this.#bounds[index] !== 'number') return value;
    this.#overflowed(this.attributes[index] ?? '');
    return OTHER;
  }

  #add(key: string, values: string[]): Child {
    const child = this.#create(values);
    this.#series.set(key, child);
    return child;
  }
}

function keyOf(values: readonly string[]): string {
  return values.map((value) => value + SEPARATOR).join('');
}
