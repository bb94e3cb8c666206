import { differences } from './differences.ts';
import { project } from './projection.ts';
import {
  isMap,
  memberMarks,
  type PropertyMap,
  type PropertyValue,
  type SecretMarks,
} from './property-values.ts';

/**
 * The marks of a value, carried over to another form of it: what is live, or what a refresh makes of the inputs. Marks
 * go by a list's index, so where a marked place of a list holds another member than before, all of the list is secret.
 */
export function carryMarks(
  marks: SecretMarks | undefined,
  from: PropertyValue | undefined,
  to: PropertyValue | undefined,
): SecretMarks {
  if (marks === undefined) return new Map();
  if (marks === 'all') return 'all';
  if (Array.isArray(to)) {
    const isSame = Array.isArray(from) && from.length === to.length && marked(marks).every(same(from, to));
    if (!isSame) return 'all';
  }
  return new Map(
    marked(marks).map((name) => [
      name,
      carryMarks(memberMarks(marks, name), member(from, name), member(to, name)),
    ]),
  );
}

function marked(marks: Map<string, SecretMarks>): string[] {
  return [...marks.keys()];
}

/** Whether a member is the one that it was: by its name, or by what it holds, perhaps with defaults besides. */
function same(from: PropertyValue, to: PropertyValue): (name: string) => boolean {
  return (name) => {
    const before = member(from, name);
    const after = member(to, name);
    if (before === undefined || after === undefined) return before === after;
    if (isMap(before) && isMap(after) && typeof before.name === 'string') return before.name === after.name;
    const was: PropertyMap = { it: before };
    return differences(project({ it: after }, was), was).length === 0;
  };
}

function member(value: PropertyValue | undefined, name: string): PropertyValue | undefined {
  if (Array.isArray(value)) return value[Number(name)];
  return isMap(value) ? value[name] : undefined;
}
