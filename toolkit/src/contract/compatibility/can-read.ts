import type { JsonSchema } from '../json-schema.ts';
import { compareNumbers, compareTexts } from './compare-scalars.ts';
import { compareLists, compareObjects, type Documents } from './compare-structures.ts';
import {
  both,
  canonical,
  type Conjunct,
  type Conjuncts,
  isAssertion,
  SchemaRoot,
  without,
} from './conjuncts.ts';
import { areDisjoint } from './disjoint.ts';
import { evaluate } from './evaluate.ts';
import { APPLIES_TO, COMPARED, isSaid } from './keywords.ts';
import { type Kind, kindsOf, nameKinds, sharedKinds, valuesOf } from './types.ts';

/**
 * Why data written with one schema can't be read with another.
 *
 * @example
 * const [reason]: Incompatibility[] = incompatibilities({ type: 'string' }, { type: ['string', 'null'] });
 * // { path: '', reason: 'may be null, which the reader does not allow' }
 */
export interface Incompatibility {
  /** Place in the data: `lines[].price`; empty for the whole. */
  readonly path: string;
  readonly reason: string;
}

/** More comparisons than any schema written by hand needs; beyond it the answer is no. */
const MOST_COMPARISONS = 50_000;

/**
 * Why data that is valid for the writer's schema may be invalid for the reader's; empty when every such document can
 * be read. What can't be proven counts as incompatible. A writer is taken to write only properties that its schema
 * declares, unless it declares none, or `additionalProperties` says otherwise.
 *
 * @example
 * incompatibilities(
 *   { type: 'object', required: ['id'], properties: { id: { type: 'string' } } },
 *   { type: 'object', properties: { id: { type: 'string' } } },
 * ); // [{ path: 'id', reason: 'may be missing, and the reader requires it' }]
 */
export function incompatibilities(reader: JsonSchema, writer: JsonSchema): Incompatibility[] {
  const comparison = new Comparison(new SchemaRoot(reader), new SchemaRoot(writer));
  const found = comparison.compareWhole();
  return [...new Map(found.map((item) => [`${item.path}\n${item.reason}`, item])).values()];
}

class Comparison implements Documents {
  readonly reader: SchemaRoot;
  readonly writer: SchemaRoot;
  /** What is being compared right now: a recursive schema is compatible if nothing else speaks against it. */
  readonly #open = new Set<string>();
  readonly #numbers = new Map<Conjunct, number>();
  readonly #texts = new Map<Conjunct, string>();
  #comparisons = 0;

  constructor(reader: SchemaRoot, writer: SchemaRoot) {
    this.reader = reader;
    this.writer = writer;
  }

  compareWhole(): Incompatibility[] {
    return this.compare(this.reader.whole, this.writer.whole, '');
  }

  compare(reader: Conjuncts, writer: Conjuncts, path: string): Incompatibility[] {
    if (writer === 'never') return [];
    const kinds = sharedKinds(writer);
    if (kinds.size === 0) return [];
    if (reader === 'never') return [{ path, reason: 'may be present, and the reader allows nothing here' }];
    if (++this.#comparisons > MOST_COMPARISONS)
      return [{ path, reason: 'is too deeply nested to be compared' }];
    const key = [
      ...reader.map((item) => this.#number(item)),
      ':',
      ...writer.map((item) => this.#number(item)),
    ].join();
    if (this.#open.has(key)) return [];
    this.#open.add(key);
    try {
      const said = new Set(writer.map((item) => this.#text(item, this.writer)));
      const open = reader.filter((item) => !said.has(this.#text(item, this.reader)));
      return open.length === 0 ? [] : this.#compareBranches(open, writer, kinds, path);
    } finally {
      this.#open.delete(key);
    }
  }

  /** Whatever the writer chooses among alternatives must be readable. */
  #compareBranches(
    reader: readonly Conjunct[],
    writer: readonly Conjunct[],
    kinds: ReadonlySet<Kind>,
    path: string,
  ): Incompatibility[] {
    for (const conjunct of writer) {
      for (const keyword of ['anyOf', 'oneOf']) {
        const branches = conjunct[keyword];
        if (!Array.isArray(branches)) continue;
        const rest = writer.map((item) => (item === conjunct ? without(item, keyword) : item));
        return branches.flatMap((branch) =>
          this.compare(reader, both(rest, this.writer.conjuncts(branch)), path),
        );
      }
    }
    const listed = writer.map(valuesOf).find((values) => values !== undefined);
    if (listed) return this.#compareValues(reader, writer, listed, path);
    return reader.flatMap((conjunct) => this.#compareConjunct(conjunct, writer, kinds, path));
  }

  #compareValues(
    reader: readonly Conjunct[],
    writer: readonly Conjunct[],
    values: readonly unknown[],
    path: string,
  ): Incompatibility[] {
    return values
      .filter((value) => evaluate(writer, value, this.writer) !== false)
      .filter((value) => evaluate(reader, value, this.reader) !== true)
      .map((value) => ({ path, reason: `may be ${JSON.stringify(value)}, which the reader does not allow` }));
  }

  #compareConjunct(
    reader: Conjunct,
    writer: readonly Conjunct[],
    kinds: ReadonlySet<Kind>,
    path: string,
  ): Incompatibility[] {
    const values = valuesOf(reader);
    if (values) {
      const allowed = values.map((value) => JSON.stringify(value)).join(', ');
      return [{ path, reason: `may be anything, and the reader allows only ${allowed}` }];
    }
    const refused = kinds.difference(kindsOf(reader));
    if (refused.size > 0)
      return [{ path, reason: `may be ${nameKinds(refused)}, which the reader does not allow` }];
    const found: Incompatibility[] = [];
    if (kinds.has('integer') || kinds.has('fraction'))
      found.push(...compareNumbers(reader, writer, kinds, path));
    if (kinds.has('string')) found.push(...compareTexts(reader, writer, path));
    if (kinds.has('array')) found.push(...compareLists(this, reader, writer, path));
    if (kinds.has('object')) found.push(...compareObjects(this, reader, writer, path));
    found.push(...this.#compareChoices(reader, writer, kinds, path));
    found.push(...this.#compareRest(reader, writer, kinds, path));
    return found;
  }

  /** One of the reader's alternatives must take everything; of `oneOf`, the others nothing. */
  #compareChoices(
    reader: Conjunct,
    writer: readonly Conjunct[],
    kinds: ReadonlySet<Kind>,
    path: string,
  ): Incompatibility[] {
    const found: Incompatibility[] = [];
    for (const keyword of ['anyOf', 'oneOf'] as const) {
      const branches = reader[keyword];
      if (!Array.isArray(branches)) continue;
      const attempts = branches.map((branch) => this.compare(this.reader.conjuncts(branch), writer, path));
      const fits = attempts.findIndex((attempt) => attempt.length === 0);
      const alone =
        keyword === 'anyOf' ||
        branches.every((branch, index) => index === fits || this.#isDisjoint(writer, branch));
      if (fits >= 0 && alone) continue;
      if (fits < 0 && kinds.size > 1)
        found.push(...this.#compareByKind({ [keyword]: branches }, writer, kinds, path));
      else if (fits >= 0)
        found.push({ path, reason: 'may fit several of the alternatives of which the reader allows one' });
      else found.push({ path, reason: `fits none of the reader's ${branches.length} alternatives` });
    }
    return found;
  }

  /** Takes a writer that may write several kinds of values kind by kind. */
  #compareByKind(
    reader: Conjunct,
    writer: readonly Conjunct[],
    kinds: ReadonlySet<Kind>,
    path: string,
  ): Incompatibility[] {
    const types = new Set([...kinds].map((kind) => (kind === 'fraction' ? 'number' : kind)));
    if (types.has('number')) types.delete('integer');
    if (types.size < 2) return [{ path, reason: "fits none of the reader's alternatives" }];
    return [...types].flatMap((type) => this.compare([reader], both(writer, [{ type }]), path));
  }

  /** Keywords that can't be taken apart: the writer must say the same, or be proven to do so. */
  #compareRest(
    reader: Conjunct,
    writer: readonly Conjunct[],
    kinds: ReadonlySet<Kind>,
    path: string,
  ): Incompatibility[] {
    const found: Incompatibility[] = [];
    for (const keyword of Object.keys(reader)) {
      if (!isAssertion(keyword) || COMPARED.has(keyword)) continue;
      const kind = APPLIES_TO[keyword];
      if (kind !== undefined && !kinds.has(kind)) continue;
      if (keyword === 'not' ? this.#isDisjoint(writer, reader.not) : isSaid(keyword, reader, writer, this))
        continue;
      found.push({ path, reason: `may not fulfil the reader's \`${keyword}\`, which can't be compared` });
    }
    return found;
  }

  #isDisjoint(writer: readonly Conjunct[], schema: unknown): boolean {
    return areDisjoint(
      { conjuncts: writer, root: this.writer },
      { conjuncts: this.reader.conjuncts(schema), root: this.reader },
    );
  }

  #number(conjunct: Conjunct): number {
    const known = this.#numbers.get(conjunct) ?? this.#numbers.size;
    this.#numbers.set(conjunct, known);
    return known;
  }

  #text(conjunct: Conjunct, root: SchemaRoot): string {
    const known = this.#texts.get(conjunct) ?? canonical(conjunct, root);
    this.#texts.set(conjunct, known);
    return known;
  }
}
