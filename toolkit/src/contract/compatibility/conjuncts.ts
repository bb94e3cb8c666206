import { isRecord, isSchema, type JsonSchema, resolvePointer } from '../json-schema.ts';

/** Keywords of one schema, without `$ref` and `allOf`: these have become conjuncts of their own. */
export type Conjunct = Readonly<Record<string, unknown>>;

/** A schema as conditions that all hold together; `never` when nothing fulfils it. */
export type Conjuncts = readonly Conjunct[] | 'never';

/** A document with the schemas that its references lead to. */
export class SchemaRoot {
  readonly #document: JsonSchema;
  /** The same schema always gives the same objects, so that recursion can be noticed. */
  readonly #known = new WeakMap<object, Conjuncts>();

  constructor(document: JsonSchema) {
    this.#document = document;
  }

  /** The whole document. */
  get whole(): Conjuncts {
    return this.conjuncts(this.#document);
  }

  /** A schema of the document as conditions; what is no schema holds for everything. */
  conjuncts(schema: unknown): Conjuncts {
    if (schema === false) return 'never';
    if (!isRecord(schema)) return [];
    const known = this.#known.get(schema);
    if (known !== undefined) return known;
    // A schema that refers to itself adds nothing to itself.
    this.#known.set(schema, []);
    const { $ref, allOf, ...rest } = schema;
    // What is unevaluated depends on the branches beside it: they stay, to be compared as a whole.
    const own = 'unevaluatedProperties' in schema || 'unevaluatedItems' in schema ? schema : rest;
    const parts: Conjuncts[] = [Object.keys(own).some(isAssertion) ? [own] : []];
    if (typeof $ref === 'string') parts.push(this.conjuncts(this.resolve($ref)));
    if (Array.isArray(allOf)) parts.push(...allOf.map((branch) => this.conjuncts(branch)));
    const result = both(...parts);
    this.#known.set(schema, result);
    return result;
  }

  /** What a reference leads to; everything is allowed where it leads nowhere, which loading has refused before. */
  resolve(reference: string): JsonSchema {
    const target = reference.startsWith('#') ? resolvePointer(this.#document, reference.slice(1)) : true;
    return isSchema(target) ? target : true;
  }
}

/** Conditions that hold together. */
export function both(...parts: readonly Conjuncts[]): Conjuncts {
  const result: Conjunct[] = [];
  for (const part of parts) {
    if (part === 'never') return 'never';
    for (const conjunct of part) {
      if (!result.includes(conjunct)) result.push(conjunct);
    }
  }
  return result;
}

const ANNOTATIONS = new Set([
  '$id',
  '$schema',
  '$defs',
  'definitions',
  '$comment',
  '$anchor',
  'title',
  'description',
  'default',
  'deprecated',
  'readOnly',
  'writeOnly',
  'examples',
  'contentEncoding',
  'contentMediaType',
  'contentSchema',
]);

/** Whether a keyword says which values are valid; all others only tell about them. */
export function isAssertion(keyword: string): boolean {
  return !ANNOTATIONS.has(keyword) && !keyword.startsWith('x-');
}

const shortened = new WeakMap<Conjunct, Map<string, Conjunct>>();

/** A condition without one of its keywords; the same object every time. */
export function without(conjunct: Conjunct, keyword: string): Conjunct {
  const known = shortened.get(conjunct) ?? new Map<string, Conjunct>();
  shortened.set(conjunct, known);
  const existing = known.get(keyword);
  if (existing) return existing;
  const { [keyword]: _, ...rest } = conjunct;
  known.set(keyword, rest);
  return rest;
}

/** A text that is the same for schemas that say the same in the same words, references followed. */
export function canonical(value: unknown, root: SchemaRoot, open: readonly string[] = []): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, root, open)).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value) ?? 'null';
  const parts = Object.keys(value)
    .filter(isAssertion)
    .sort()
    .map((key) => {
      const item = value[key];
      if (key !== '$ref' || typeof item !== 'string')
        return `${JSON.stringify(key)}:${canonical(item, root, open)}`;
      if (open.includes(item)) return `"$ref":${JSON.stringify(item)}`;
      return `"$ref":${canonical(root.resolve(item), root, [...open, item])}`;
    });
  return `{${parts.join(',')}}`;
}
