import type { JsonSchema } from '../json-schema.ts';
import { type Bound, impliesUpper, largest, lowerBound, smallest, upperBound } from './bounds.ts';
import {
  both,
  type Conjunct,
  type Conjuncts,
  canonical,
  isAssertion,
  SchemaRoot,
  without,
} from './conjuncts.ts';
import { areDisjoint } from './disjoint.ts';
import { evaluate } from './evaluate.ts';
import {
  isOpen,
  itemOf,
  mayWrite,
  patternsOf,
  prefixLength,
  propertyNames,
  propertyOf,
  requiredNames,
} from './shape.ts';
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

class Comparison {
  readonly #reader: SchemaRoot;
  readonly #writer: SchemaRoot;
  /** What is being compared right now: a recursive schema is compatible if nothing else speaks against it. */
  readonly #open = new Set<string>();
  readonly #numbers = new Map<Conjunct, number>();
  readonly #texts = new Map<Conjunct, string>();
  #comparisons = 0;

  constructor(reader: SchemaRoot, writer: SchemaRoot) {
    this.#reader = reader;
    this.#writer = writer;
  }

  compareWhole(): Incompatibility[] {
    return this.#compare(this.#reader.whole, this.#writer.whole, '');
  }

  #compare(reader: Conjuncts, writer: Conjuncts, path: string): Incompatibility[] {
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
      const said = new Set(writer.map((item) => this.#text(item, this.#writer)));
      const open = reader.filter((item) => !said.has(this.#text(item, this.#reader)));
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
          this.#compare(reader, both(rest, this.#writer.conjuncts(branch)), path),
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
      .filter((value) => evaluate(writer, value, this.#writer) !== false)
      .filter((value) => evaluate(reader, value, this.#reader) !== true)
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
      found.push(...this.#compareNumbers(reader, writer, kinds, path));
    if (kinds.has('string')) found.push(...this.#compareTexts(reader, writer, path));
    if (kinds.has('array')) found.push(...this.#compareLists(reader, writer, path));
    if (kinds.has('object')) found.push(...this.#compareObjects(reader, writer, path));
    found.push(...this.#compareChoices(reader, writer, kinds, path));
    found.push(...this.#compareRest(reader, writer, kinds, path));
    return found;
  }

  #compareNumbers(
    reader: Conjunct,
    writer: readonly Conjunct[],
    kinds: ReadonlySet<Kind>,
    path: string,
  ): Incompatibility[] {
    const found: Incompatibility[] = [];
    const whole = !kinds.has('fraction');
    const negated = ({ value, exclusive }: Bound): Bound => ({ value: -value, exclusive });
    const [wantedLower, wantedUpper] = [lowerBound([reader], whole), upperBound([reader], whole)];
    if (!impliesUpper(negated(lowerBound(writer, whole)), negated(wantedLower))) {
      found.push({ path, reason: `may be below the reader's minimum ${wantedLower.value}` });
    }
    if (!impliesUpper(upperBound(writer, whole), wantedUpper)) {
      found.push({ path, reason: `may be above the reader's maximum ${wantedUpper.value}` });
    }
    if (typeof reader.multipleOf === 'number') {
      const step = reader.multipleOf;
      const steps = [...writer.map(({ multipleOf }) => multipleOf), ...(whole ? [1] : [])];
      if (!steps.some((known) => typeof known === 'number' && Number.isInteger(known / step))) {
        found.push({ path, reason: `may be no multiple of ${step}, which the reader requires` });
      }
    }
    return found;
  }

  #compareTexts(reader: Conjunct, writer: readonly Conjunct[], path: string): Incompatibility[] {
    const found: Incompatibility[] = [];
    if (largest(writer, 'minLength', 0) < largest([reader], 'minLength', 0)) {
      found.push({ path, reason: `may be shorter than the reader's ${reader.minLength} characters` });
    }
    const longest = smallest([reader], 'maxLength', Number.POSITIVE_INFINITY);
    if (smallest(writer, 'maxLength', Number.POSITIVE_INFINITY) > longest) {
      found.push({ path, reason: `may be longer than the reader's ${longest} characters` });
    }
    for (const keyword of ['pattern', 'format']) {
      if (keyword in reader && !writer.some((conjunct) => conjunct[keyword] === reader[keyword])) {
        found.push({
          path,
          reason: `may not have the ${keyword} ${reader[keyword]} that the reader requires`,
        });
      }
    }
    return found;
  }

  #compareLists(reader: Conjunct, writer: readonly Conjunct[], path: string): Incompatibility[] {
    const found: Incompatibility[] = [];
    const most = smallest(writer, 'maxItems', Number.POSITIVE_INFINITY);
    if (largest(writer, 'minItems', 0) < largest([reader], 'minItems', 0)) {
      found.push({ path, reason: `may have fewer than the reader's ${reader.minItems} items` });
    }
    if (most > smallest([reader], 'maxItems', Number.POSITIVE_INFINITY)) {
      found.push({ path, reason: `may have more than the reader's ${reader.maxItems} items` });
    }
    if (reader.uniqueItems === true && most > 1 && !writer.some(({ uniqueItems }) => uniqueItems === true)) {
      found.push({ path, reason: 'may repeat an item, which the reader does not allow' });
    }
    const described = Math.max(prefixLength(reader), ...writer.map(prefixLength));
    // The last place stands for all that follow.
    for (let index = 0; index <= described && index < most; index++) {
      const item = `${path}[${index === described ? '' : index}]`;
      const written = both(...writer.map((conjunct) => itemOf(conjunct, index, this.#writer)));
      found.push(...this.#compare(itemOf(reader, index, this.#reader), written, item));
    }
    return found;
  }

  #compareObjects(reader: Conjunct, writer: readonly Conjunct[], path: string): Incompatibility[] {
    const below = (name: string) => (path === '' ? name : `${path}.${name}`);
    const found: Incompatibility[] = [];
    const required = new Set(writer.flatMap(requiredNames));
    for (const name of requiredNames(reader)) {
      if (!required.has(name)) {
        found.push({ path: below(name), reason: 'may be missing, and the reader requires it' });
      }
    }
    const declared = new Set([...writer.flatMap(propertyNames), ...required]);
    const names = new Set([...propertyNames(reader), ...declared]);
    for (const name of names) {
      if (!mayWrite(writer, name)) continue;
      const written = both(...writer.map((conjunct) => propertyOf(conjunct, name, this.#writer)));
      found.push(...this.#compare(propertyOf(reader, name, this.#reader), written, below(name)));
    }
    found.push(...this.#compareOtherProperties(reader, writer, below));
    found.push(...this.#compareCounts(reader, writer, declared, path));
    return found;
  }

  /** Properties that the writer declares by pattern, or lets be added. */
  #compareOtherProperties(
    reader: Conjunct,
    writer: readonly Conjunct[],
    below: (name: string) => string,
  ): Incompatibility[] {
    const found: Incompatibility[] = [];
    const readable = patternsOf(reader);
    const readOthers = this.#reader.conjuncts(reader.additionalProperties);
    for (const [pattern, schema] of writer.flatMap(patternsOf)) {
      const written = this.#writer.conjuncts(schema);
      const place = below(`/${pattern}/`);
      for (const [, wanted] of readable)
        found.push(...this.#compare(this.#reader.conjuncts(wanted), written, place));
      if (!readable.some(([known]) => known === pattern))
        found.push(...this.#compare(readOthers, written, place));
    }
    if (isOpen(writer)) {
      const written = both(
        ...writer.map((conjunct) => this.#writer.conjuncts(conjunct.additionalProperties)),
      );
      const place = below('*');
      for (const [, wanted] of readable)
        found.push(...this.#compare(this.#reader.conjuncts(wanted), written, place));
      found.push(...this.#compare(readOthers, written, place));
    }
    return found;
  }

  #compareCounts(
    reader: Conjunct,
    writer: readonly Conjunct[],
    declared: ReadonlySet<string>,
    path: string,
  ): Incompatibility[] {
    const found: Incompatibility[] = [];
    const required = new Set(writer.flatMap(requiredNames));
    const bounded = !isOpen(writer) && !writer.some((conjunct) => patternsOf(conjunct).length > 0);
    const fewest = Math.max(required.size, largest(writer, 'minProperties', 0));
    const most = smallest(writer, 'maxProperties', bounded ? declared.size : Number.POSITIVE_INFINITY);
    if (fewest < largest([reader], 'minProperties', 0)) {
      found.push({ path, reason: `may have fewer than the reader's ${reader.minProperties} properties` });
    }
    if (
      Math.min(most, bounded ? declared.size : most) >
      smallest([reader], 'maxProperties', Number.POSITIVE_INFINITY)
    ) {
      found.push({ path, reason: `may have more than the reader's ${reader.maxProperties} properties` });
    }
    if ('propertyNames' in reader && !this.#isSaid('propertyNames', reader, writer)) {
      const wanted = this.#reader.conjuncts(reader.propertyNames);
      const refused = [...declared].filter((name) => evaluate(wanted, name, this.#reader) !== true);
      if (!bounded) found.push({ path, reason: 'may have names that the reader does not allow' });
      for (const name of refused)
        found.push({ path, reason: `may have the name ${name}, which the reader does not allow` });
    }
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
      const attempts = branches.map((branch) => this.#compare(this.#reader.conjuncts(branch), writer, path));
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
    return [...types].flatMap((type) => this.#compare([reader], both(writer, [{ type }]), path));
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
      if (keyword === 'not' ? this.#isDisjoint(writer, reader.not) : this.#isSaid(keyword, reader, writer))
        continue;
      found.push({ path, reason: `may not fulfil the reader's \`${keyword}\`, which can't be compared` });
    }
    return found;
  }

  #isDisjoint(writer: readonly Conjunct[], schema: unknown): boolean {
    return areDisjoint(
      { conjuncts: writer, root: this.#writer },
      { conjuncts: this.#reader.conjuncts(schema), root: this.#reader },
    );
  }

  /** Whether the writer has a keyword, and those it works with, in the same words. */
  #isSaid(keyword: string, reader: Conjunct, writer: readonly Conjunct[]): boolean {
    const together = WORKS_WITH[keyword] ?? [keyword];
    const wanted = canonical(pick(reader, together), this.#reader);
    return writer.some((conjunct) => canonical(pick(conjunct, together), this.#writer) === wanted);
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

function pick(conjunct: Conjunct, keywords: readonly string[]): Conjunct {
  return Object.fromEntries(
    keywords.filter((name) => name in conjunct).map((name) => [name, conjunct[name]]),
  );
}

/** Keywords that are compared one by one, and those that only work with one of them. */
const COMPARED = new Set([
  '$ref',
  'allOf',
  'type',
  'const',
  'enum',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'items',
  'prefixItems',
  'minItems',
  'maxItems',
  'uniqueItems',
  'properties',
  'patternProperties',
  'additionalProperties',
  'propertyNames',
  'required',
  'minProperties',
  'maxProperties',
  'anyOf',
  'oneOf',
  'then',
  'else',
  'minContains',
  'maxContains',
]);

const WORKS_WITH: Readonly<Record<string, readonly string[]>> = {
  if: ['if', 'then', 'else'],
  contains: ['contains', 'minContains', 'maxContains'],
  unevaluatedProperties: [
    '$ref',
    'allOf',
    'unevaluatedProperties',
    'properties',
    'patternProperties',
    'additionalProperties',
    'anyOf',
    'oneOf',
    'if',
    'then',
    'else',
    'dependentSchemas',
  ],
  unevaluatedItems: [
    'unevaluatedItems',
    'prefixItems',
    'items',
    'contains',
    'anyOf',
    'oneOf',
    'if',
    'then',
    'else',
  ],
};

const APPLIES_TO: Readonly<Record<string, Kind>> = {
  contains: 'array',
  unevaluatedItems: 'array',
  unevaluatedProperties: 'object',
  dependentRequired: 'object',
  dependentSchemas: 'object',
};
