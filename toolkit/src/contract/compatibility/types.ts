import type { Conjunct } from './conjuncts.ts';

/** The kinds of values, numbers taken apart so that `integer` is a part of `number`. */
export type Kind = 'null' | 'boolean' | 'object' | 'array' | 'string' | 'integer' | 'fraction';

const ALL: readonly Kind[] = ['null', 'boolean', 'object', 'array', 'string', 'integer', 'fraction'];

/** The kinds of values that a condition lets through by its `type`, `const` and `enum`. */
export function kindsOf(conjunct: Conjunct): ReadonlySet<Kind> {
  const values = valuesOf(conjunct);
  const byType = 'type' in conjunct ? new Set([conjunct.type].flat().flatMap(kindsNamed)) : new Set(ALL);
  return values ? new Set(values.map(kindOf)).intersection(byType) : byType;
}

/** The kinds of values that all conditions let through. */
export function sharedKinds(conjuncts: readonly Conjunct[]): ReadonlySet<Kind> {
  let kinds: ReadonlySet<Kind> = new Set(ALL);
  for (const conjunct of conjuncts) kinds = kinds.intersection(kindsOf(conjunct));
  return kinds;
}

function kindsNamed(type: unknown): readonly Kind[] {
  if (type === 'number') return ['integer', 'fraction'];
  return ALL.filter((kind) => kind === type);
}

/** The kind of a value. */
export function kindOf(value: unknown): Kind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'fraction';
  return typeof value === 'boolean' || typeof value === 'string' ? (typeof value as Kind) : 'object';
}

/** The values that a condition lists, when it does. */
export function valuesOf(conjunct: Conjunct): readonly unknown[] | undefined {
  if ('const' in conjunct) return [conjunct.const];
  return Array.isArray(conjunct.enum) ? conjunct.enum : undefined;
}

/** Kinds in the words of JSON Schema. */
export function nameKinds(kinds: Iterable<Kind>): string {
  const set = new Set(kinds);
  const names: string[] = [...set].filter((kind) => kind !== 'integer' && kind !== 'fraction');
  if (set.has('fraction')) names.push('number');
  else if (set.has('integer')) names.push('integer');
  return names.join(' or ');
}
