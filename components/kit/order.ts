import type { Violation } from './violation.ts';

/** Something with a name that wants others to stand before it. */
export interface Ordered<N extends string> {
  name: N;
  requires: readonly N[];
}

/**
 * Sorts so that everything stands after what it requires, keeping the given order otherwise.
 * Missing requirements and cycles are reported, all of them; what is caught in a cycle keeps its given place
 * at the end, so that `names` always holds every name once.
 */
export function orderByRequirements<N extends string>(
  items: readonly Ordered<N>[],
): { names: N[]; violations: Violation[] } {
  const byName = new Map(items.map((item) => [item.name, item]));
  const violations: Violation[] = [];
  for (const item of items) {
    for (const required of item.requires) {
      if (byName.has(required)) continue;
      violations.push({
        path: `capabilities.${item.name}`,
        problem: `requires the capability "${required}", which is off`,
        fix: `turn on capabilities.${required}, or turn off capabilities.${item.name}`,
      });
    }
  }
  const names: N[] = [];
  const placed = new Set<N>();
  let waiting = [...items];
  while (waiting.length > 0) {
    const ready = waiting.find((item) =>
      item.requires.every((required) => placed.has(required) || !byName.has(required)),
    );
    if (!ready) break;
    names.push(ready.name);
    placed.add(ready.name);
    waiting = waiting.filter((item) => item !== ready);
  }
  for (const cycle of cyclesAmong(waiting)) {
    violations.push({
      path: 'capabilities',
      problem: `capabilities require each other in a circle: ${[...cycle, cycle[0]].join(' → ')}`,
      fix: 'choose another implementation for one of them, or turn one off',
    });
  }
  return { names: [...names, ...waiting.map((item) => item.name)], violations };
}

/** Each circle once, starting at its first member in the given order. */
function cyclesAmong<N extends string>(items: readonly Ordered<N>[]): N[][] {
  const byName = new Map(items.map((item) => [item.name, item]));
  const found = new Map<string, N[]>();
  const walk = (name: N, trail: readonly N[]): void => {
    const start = trail.indexOf(name);
    if (start >= 0) {
      const cycle = trail.slice(start);
      const key = [...cycle].sort().join(' ');
      if (!found.has(key)) found.set(key, cycle);
      return;
    }
    for (const required of byName.get(name)?.requires ?? []) {
      if (byName.has(required)) walk(required, [...trail, name]);
    }
  };
  for (const item of items) walk(item.name, []);
  return [...found.values()];
}
