import { lowerBound, upperBound } from './bounds.ts';
import { both, type Conjuncts, type SchemaRoot } from './conjuncts.ts';
import { evaluate } from './evaluate.ts';
import { propertyNames, propertyOf, requiredNames } from './shape.ts';
import { sharedKinds, valuesOf } from './types.ts';

/** A schema and the document it stands in. */
export interface Side {
  readonly conjuncts: Conjuncts;
  readonly root: SchemaRoot;
}

/** Whether no value can fulfil both, as far as that can be proven; false says nothing. */
export function areDisjoint(left: Side, right: Side, depth = 4): boolean {
  if (left.conjuncts === 'never' || right.conjuncts === 'never') return true;
  const kinds = sharedKinds([...left.conjuncts, ...right.conjuncts]);
  if (kinds.size === 0) return true;
  if (excludesValues(left, right) || excludesValues(right, left)) return true;
  if (depth === 0) return false;
  return [...kinds].every((kind) => {
    if (kind === 'object')
      return objectsAreDisjoint(left, right, depth) || objectsAreDisjoint(right, left, depth);
    if (kind === 'integer' || kind === 'fraction') return rangesAreDisjoint(left, right, kind === 'integer');
    return false;
  });
}

/** Whether one lists values that the other refuses, all of them. */
function excludesValues(left: Side, right: Side): boolean {
  if (left.conjuncts === 'never') return true;
  return left.conjuncts.some((conjunct) =>
    valuesOf(conjunct)?.every((value) => evaluate(right.conjuncts, value, right.root) === false),
  );
}

/** Whether a property that one requires can never be had in the other. */
function objectsAreDisjoint(left: Side, right: Side, depth: number): boolean {
  if (left.conjuncts === 'never' || right.conjuncts === 'never') return true;
  const [ours, theirs] = [left.conjuncts, right.conjuncts];
  const required = new Set(ours.flatMap(requiredNames));
  return [...required].some((name) => {
    const [here, there] = [
      both(...ours.map((conjunct) => propertyOf(conjunct, name, left.root))),
      both(...theirs.map((conjunct) => propertyOf(conjunct, name, right.root))),
    ];
    if (there === 'never') return true;
    if (!theirs.some((conjunct) => propertyNames(conjunct).includes(name))) return false;
    return areDisjoint(
      { conjuncts: here, root: left.root },
      { conjuncts: there, root: right.root },
      depth - 1,
    );
  });
}

function rangesAreDisjoint(left: Side, right: Side, wholeNumbers: boolean): boolean {
  const conjuncts = [left.conjuncts, right.conjuncts].flatMap((side) => (side === 'never' ? [] : side));
  const [lower, upper] = [lowerBound(conjuncts, wholeNumbers), upperBound(conjuncts, wholeNumbers)];
  if (lower.value > upper.value) return true;
  return lower.value === upper.value && (lower.exclusive || upper.exclusive);
}
