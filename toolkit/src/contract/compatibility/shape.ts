import { isRecord } from '../json-schema.ts';
import { both, type Conjunct, type Conjuncts, type SchemaRoot } from './conjuncts.ts';

/** Names that a condition declares. */
export function propertyNames(conjunct: Conjunct): string[] {
  return isRecord(conjunct.properties) ? Object.keys(conjunct.properties) : [];
}

/** Names that a condition requires. */
export function requiredNames(conjunct: Conjunct): string[] {
  return Array.isArray(conjunct.required) ? conjunct.required.map(String) : [];
}

/** Patterns of names that a condition declares, with their schemas. */
export function patternsOf(conjunct: Conjunct): [pattern: string, schema: unknown][] {
  return isRecord(conjunct.patternProperties) ? Object.entries(conjunct.patternProperties) : [];
}

/** Whether a name fits a pattern; undefined when the pattern is not one of this language. */
export function fits(name: string, pattern: string): boolean | undefined {
  try {
    return new RegExp(pattern, 'u').test(name);
  } catch {
    return undefined;
  }
}

/** What a condition says about the property of a name. */
export function propertyOf(conjunct: Conjunct, name: string, root: SchemaRoot): Conjuncts {
  const schemas: unknown[] = [];
  if (isRecord(conjunct.properties) && Object.hasOwn(conjunct.properties, name)) {
    schemas.push(conjunct.properties[name]);
  }
  for (const [pattern, schema] of patternsOf(conjunct)) {
    if (fits(name, pattern) !== false) schemas.push(schema);
  }
  if (schemas.length === 0) schemas.push(conjunct.additionalProperties);
  return both(...schemas.map((schema) => root.conjuncts(schema)));
}

/**
 * Whether properties that no condition declares can occur in what is written. A writer writes what its schema
 * declares, unless it declares none at all, or says more by `additionalProperties`.
 */
export function isOpen(conjuncts: readonly Conjunct[]): boolean {
  if (conjuncts.some(({ additionalProperties }) => additionalProperties === false)) return false;
  if (conjuncts.some(({ additionalProperties }) => additionalProperties !== undefined)) return true;
  return !conjuncts.some((conjunct) => 'properties' in conjunct || 'patternProperties' in conjunct);
}

/** Whether a property of a name can occur in what is written. */
export function mayWrite(conjuncts: readonly Conjunct[], name: string): boolean {
  return (
    isOpen(conjuncts) ||
    conjuncts.some(
      (conjunct) =>
        propertyNames(conjunct).includes(name) ||
        requiredNames(conjunct).includes(name) ||
        patternsOf(conjunct).some(([pattern]) => fits(name, pattern) !== false),
    )
  );
}

/** What a condition says about the item at a place. */
export function itemOf(conjunct: Conjunct, index: number, root: SchemaRoot): Conjuncts {
  const { prefixItems, items } = conjunct;
  if (Array.isArray(prefixItems) && index < prefixItems.length) return root.conjuncts(prefixItems[index]);
  return root.conjuncts(items);
}

/** How many items a condition describes one by one. */
export function prefixLength(conjunct: Conjunct): number {
  return Array.isArray(conjunct.prefixItems) ? conjunct.prefixItems.length : 0;
}
