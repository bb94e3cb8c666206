import { type FieldTree, listKindOf, memberTree, subtree } from './ownership.ts';
import { isMap, type PropertyMap, type PropertyValue } from './property-values.ts';
import { isSameScalar } from './quantities.ts';

/**
 * A live object seen through the inputs of its resource: what the inputs say, at the values that are live. Where both
 * mean the same (`1000m` and `1`, `60s` and `1m0s`, another order of a merged list) the inputs' way to write it stays,
 * so that no drift shows where none is; a field that is gone is gone from the result.
 * @param fields the fields that the object's managers own, which tell how its lists are merged
 */
export function project(live: PropertyMap, inputs: PropertyMap, fields: FieldTree): PropertyMap {
  return projectMap(live, inputs, fields, true);
}

/** Texts below these are the user's own; `1000m` there is not `1`. */
const verbatim = new Set(['metadata', 'data', 'stringData', 'binaryData']);

function projectValue(
  live: PropertyValue | undefined,
  input: PropertyValue,
  fields: FieldTree | undefined,
  lenient: boolean,
): PropertyValue | undefined {
  if (live === undefined || live === null) return isEmpty(input) ? input : undefined;
  if (isMap(input) && isMap(live)) return projectMap(live, input, fields, false, lenient);
  if (Array.isArray(input) && Array.isArray(live)) return projectList(live, input, fields, lenient);
  if (live === input || (lenient && isSameScalar(live, input))) return input;
  return live;
}

function projectMap(
  live: PropertyMap,
  input: PropertyMap,
  fields: FieldTree | undefined,
  isRoot: boolean,
  lenient = true,
): PropertyMap {
  const projected: PropertyMap = {};
  for (const [name, member] of Object.entries(input)) {
    const leniently = lenient && !(isRoot && verbatim.has(name));
    const value = projectValue(live[name], member, subtree(fields, `f:${name}`), leniently);
    if (value !== undefined) projected[name] = value;
  }
  return projected;
}

function projectList(
  live: PropertyValue[],
  input: PropertyValue[],
  fields: FieldTree | undefined,
  lenient: boolean,
): PropertyValue[] {
  const list = listKindOf(fields);
  if (list.kind === 'set') return projectSet(live, input);
  if (list.kind === 'keyed') return projectKeyed(live, input, list.keys, fields, lenient);
  // A list that is one value is compared place by place; what is there beyond the inputs' length is drift.
  return live.map((member, index) => {
    const wanted = input[index];
    return wanted === undefined ? member : (projectValue(member, wanted, undefined, lenient) ?? member);
  });
}

function projectSet(live: PropertyValue[], input: PropertyValue[]): PropertyValue[] {
  return input.filter((member) => live.some((other) => isSameScalar(other, member)));
}

function projectKeyed(
  live: PropertyValue[],
  input: PropertyValue[],
  keys: string[],
  fields: FieldTree | undefined,
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
    return [projectMap(found, member, memberTree(fields, found), false, lenient)];
  });
}

/** What the API server drops when it stores an object, so that its absence says nothing. */
function isEmpty(value: PropertyValue): boolean {
  if (value === null || value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isMap(value) && Object.values(value).every(isEmpty);
}
