import type { AttributeBound, Attributes } from './instrument.ts';

/** What stands for a value beyond the bound of its attribute, by OpenTelemetry's conventions. */
export const OTHER = '_OTHER';

/** Separates the values of a key; no label may contain it. */
const SEPARATOR = '\u0001';

/** Leads from the values of attributes, one after the other, to a series. */
class Branch<Child> {
  child: Child | undefined;
  readonly branches = new Map<string | number | boolean | undefined, Branch<Child>>();
}

/** Gives the series that a set of attributes belongs to. */
export type BoundSeries<Child> = () => Child;

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
  readonly #root = new Branch<Child>();
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

  all(): Iterable<Child> {
    return this.#series.values();
  }

  find(given: Attributes): Child {
    return this.#remembered(given) ?? this.#findBounded(given);
  }

  /** The series of attributes that are measured often. */
  bind(given: Attributes): BoundSeries<Child> {
    let child: Child | undefined;
    return () => {
      if (child !== undefined) return child;
      const found = this.find(given);
      // Undefined for what lies beyond a bound, which has to be counted each time.
      child = this.#remembered(given);
      return found;
    };
  }

  #remembered(given: Attributes): Child | undefined {
    let node: Branch<Child> | undefined = this.#root;
    for (const attribute of this.attributes) node = node?.branches.get(given[attribute]);
    return node?.child;
  }

  #findBounded(given: Attributes): Child {
    const values = this.attributes.map((attribute, index) =>
      this.#bounded(attribute, index, given[attribute]),
    );
    const key = keyOf(values);
    const child =
      this.#series.get(key) ?? (this.#series.size < this.#maximum ? this.#add(key, values) : undefined);
    if (child !== undefined) {
      // What lies beyond a bound is looked up the long way each time: keeping it would grow without bound.
      if (!values.includes(OTHER)) this.#remember(given, child);
      return child;
    }
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

  #remember(given: Attributes, child: Child): void {
    let node = this.#root;
    for (const attribute of this.attributes) {
      const value = given[attribute];
      let next = node.branches.get(value);
      if (next === undefined) {
        next = new Branch();
        node.branches.set(value, next);
      }
      node = next;
    }
    node.child = child;
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
