import { type Conjunct, SchemaRoot } from '../../compatibility/conjuncts.ts';
import { itemOf, propertyNames, propertyOf, requiredNames } from '../../compatibility/shape.ts';
import { type Kind, kindsOf } from '../../compatibility/types.ts';
import type { JsonSchema } from '../../json-schema.ts';

/** What a schema says about a field. */
export interface FieldFacts {
  readonly exists: boolean;
  /** Whether every document has it. */
  readonly required: boolean;
  readonly kinds: ReadonlySet<Kind>;
}

/** Looks up a field such as `customer.email` or `lines[].price` from the top of a schema. */
export function findField(schema: JsonSchema, field: string): FieldFacts {
  const root = new SchemaRoot(schema);
  const steps = field
    .split('.')
    .flatMap((step) => (step.endsWith('[]') ? [step.slice(0, -2), '[]'] : [step]));
  return find(root, alternatives(root, root.whole), steps);
}

/** The conditions of a schema, one list for each of its alternatives. */
function alternatives(
  root: SchemaRoot,
  conjuncts: ReturnType<SchemaRoot['conjuncts']>,
  depth = 8,
): Conjunct[][] {
  if (conjuncts === 'never') return [];
  let lists: Conjunct[][] = [[...conjuncts]];
  for (const conjunct of depth === 0 ? [] : conjuncts) {
    for (const branches of [conjunct.anyOf, conjunct.oneOf]) {
      if (!Array.isArray(branches)) continue;
      const inner = branches.flatMap((branch) => alternatives(root, root.conjuncts(branch), depth - 1));
      lists = lists.flatMap((list) => inner.map((branch) => [...list, ...branch]));
    }
  }
  return lists;
}

function find(root: SchemaRoot, lists: readonly Conjunct[][], steps: readonly string[]): FieldFacts {
  const [step, ...rest] = steps;
  if (step === undefined) {
    const kinds = new Set(
      lists.flatMap((list) => [...list.map(kindsOf).reduce((all, some) => all.intersection(some))]),
    );
    return { exists: lists.length > 0, required: true, kinds };
  }
  const found = lists.map((list) => {
    const declared = step === '[]' || list.some((conjunct) => propertyNames(conjunct).includes(step));
    if (!declared) return { exists: false, required: false, kinds: new Set<Kind>() };
    const below = list.flatMap((conjunct) => {
      const conjuncts =
        step === '[]' ? itemOf(conjunct, Number.POSITIVE_INFINITY, root) : propertyOf(conjunct, step, root);
      return conjuncts === 'never' ? [] : conjuncts;
    });
    const required = step !== '[]' && list.some((conjunct) => requiredNames(conjunct).includes(step));
    const inner = find(root, alternatives(root, below), rest);
    return { ...inner, required: required && inner.required };
  });
  return {
    exists: found.some(({ exists }) => exists),
    required: found.length > 0 && found.every(({ required }) => required),
    kinds: new Set(found.flatMap(({ kinds }) => [...kinds])),
  };
}
