import { canonical, type Conjunct, type SchemaRoot } from './conjuncts.ts';
import type { Kind } from './types.ts';

/** Whether a writer has a keyword, and those it works with, in the reader's words. */
export function isSaid(
  keyword: string,
  reader: Conjunct,
  writer: readonly Conjunct[],
  roots: { readonly reader: SchemaRoot; readonly writer: SchemaRoot },
): boolean {
  const together = WORKS_WITH[keyword] ?? [keyword];
  const wanted = canonical(pick(reader, together), roots.reader);
  return writer.some((conjunct) => canonical(pick(conjunct, together), roots.writer) === wanted);
}

function pick(conjunct: Conjunct, keywords: readonly string[]): Conjunct {
  return Object.fromEntries(
    keywords.filter((name) => name in conjunct).map((name) => [name, conjunct[name]]),
  );
}

/** Keywords that are compared one by one, and those that only work with one of them. */
export const COMPARED = new Set([
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

/** Keywords whose meaning depends on others beside them. */
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
    '$ref',
    'allOf',
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

/** The kind of values that a keyword says something about. */
export const APPLIES_TO: Readonly<Record<string, Kind>> = {
  contains: 'array',
  unevaluatedItems: 'array',
  unevaluatedProperties: 'object',
  dependentRequired: 'object',
  dependentSchemas: 'object',
};
