import { type FieldTree, listKindOf, memberTree, subtree } from './ownership.ts';
import { isMap, type PropertyMap, type PropertyValue } from './property-values.ts';
import { isSameScalar } from './quantities.ts';

/** Who owns the fields of a live object; without anything known, lists are compared place by place. */
export interface FieldOwners {
  /** The fields of all managers, which tell how lists are merged. */
  all?: FieldTree | undefined;
  /** The fields of our own. */
  ours?: FieldTree | undefined;
}

/**
 * A live object seen through the inputs of its resource: what the inputs say, at the values that are live. Where both
 * mean the same (`1000m` and `1`, `60s` and `1m0s`, another order of a merged list) the inputs' way to write it stays,
 * so that no drift shows where none is; a field that is gone is gone from the result.
 */
export function project(live: PropertyMap, inputs: PropertyMap, owners: FieldOwners = {}): PropertyMap {
  const projected: PropertyMap = {};
  for (const [name, member] of Object.entries(inputs)) {
    const value = projectValue(live[name], member, ownersBelow(owners, `f:${name}`), !verbatim.has(name));
    if (value !== undefined) projected[name] = value;
  }
  return projected;
}

/** Texts below these are the user's own; `1000m` there is not `1`. */
const verbatim = new Set(['metadata', 'data', 'stringData', 'binaryData']);

function projectValue(
  live: PropertyValue | undefined,
  input: PropertyValue,
  owners: FieldOwners,
  lenient: boolean,
): PropertyValue | undefined {
  if (live === undefined || live === null) return isEmpty(input) ? input : undefined;
  if (isMap(input) && isMap(live)) return projectMap(live, input, owners, lenient);
  if (Array.isArray(input) && Array.isArray(live)) return projectList(live, input, owners, lenient);
  if (live === input || (lenient && isSameScalar(live, input))) return input;
  return live;
}

function projectMap(
  live: PropertyMap,
  input: PropertyMap,
  owners: FieldOwners,
  lenient: boolean,
): PropertyMap {
  // A map that is one value belongs to whoever set it last, with all its members.
  const projected: PropertyMap = isTakenOver(owners) ? { ...live } : {};
  for (const [name, member] of Object.entries(input)) {
    const value = projectValue(live[name], member, ownersBelow(owners, `f:${name}`), lenient);
    if (value !== undefined) projected[name] = value;
  }
  return projected;
}

function projectList(
  live: PropertyValue[],
  input: PropertyValue[],
  owners: FieldOwners,
  lenient: boolean,
): PropertyValue[] {
  const list = listKindOf(owners.all);
  if (list.kind === 'set') return projectSet(live, input);
  if (list.kind === 'keyed') return projectKeyed(live, input, list.keys, owners, lenient);
  // A list that is one value is compared place by place; what is there beyond the inputs' length is drift.
  return live.map((member, index) => {
    const wanted = input[index];
    return wanted === undefined ? member : (projectValue(member, wanted, {}, lenient) ?? member);
  });
}

function projectSet(live: PropertyValue[], input: PropertyValue[]): PropertyValue[] {
  return input.filter((member) => live.some((other) => isSameScalar(other, member)));
}

function projectKeyed(
  live: PropertyValue[],
  input: PropertyValue[],
  keys: string[],
  owners: FieldOwners,
  lenient: boolean,
): PropertyValue[] {
  const left = live.filter(isMap);
  return input.flatMap((member) => {
    if (!isMap(member)) return [];
    // A key that the inputs leave to its default (a port's protocol) matches whatever it became.
    const index = left.findIndex((other) =>
      keys.every((key) => member[key] === undefined || isSameScalar(member[key], other[key])),
    );
    const found = left[index];
    if (!found) return [];
    left.splice(index, 1);
    const below = { all: memberTree(owners.all, found), ours: memberTree(owners.ours, found) };
    return [projectMap(found, member, below, lenient)];
  });
}

function ownersBelow(owners: FieldOwners, mark: string): FieldOwners {
  return { all: subtree(owners.all, mark), ours: subtree(owners.ours, mark) };
}

/** Whether somebody else has set, as one value, what was ours. */
function isTakenOver({ all, ours }: FieldOwners): boolean {
  return all !== undefined && Object.keys(all).length === 0 && ours === undefined;
}

/** What the API server drops when it stores an object, so that its absence says nothing. */
function isEmpty(value: PropertyValue): boolean {
  if (value === null || value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isMap(value) && Object.values(value).every(isEmpty);
}
