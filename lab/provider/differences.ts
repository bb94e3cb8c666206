import type { PropertyPath } from './property-paths.ts';
import { isMap, type PropertyValue, unknownValue } from './property-values.ts';

/** One field that is not the same in two values. */
export interface Difference {
  path: PropertyPath;
  kind: 'added' | 'removed' | 'changed';
}

/**
 * Where two values differ, as deep as possible. An absent member, an undefined one and null are the same. Something
 * unknown differs from everything.
 */
export function differences(
  before: PropertyValue | undefined,
  after: PropertyValue | undefined,
  path: PropertyPath = [],
): Difference[] {
  if (before === after && before !== unknownValue) return [];
  const wasThere = before !== undefined && before !== null;
  const isThere = after !== undefined && after !== null;
  if (!wasThere && !isThere) return [];
  if (!wasThere) return [{ path, kind: 'added' }];
  if (!isThere) return [{ path, kind: 'removed' }];
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) =>
      differences(before[index], after[index], [...path, index]),
    ).flat();
  }
  if (isMap(before) && isMap(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) => differences(before[name], after[name], [...path, name]));
  }
  return [{ path, kind: 'changed' }];
}
