import { isMap, type PropertyValue } from './property-values.ts';

/** Where in a value: names of maps, indexes of lists. */
export type PropertyPath = readonly (string | number)[];

/** Writes a path the way the engine reads it: `spec.ports[0]`, `metadata.labels["app.kubernetes.io/name"]`. */
export function formatPath(path: PropertyPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `["${step.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"]`;
  }
  return text;
}

/** The value at a path; undefined when there is none. */
export function valueAt(value: PropertyValue | undefined, path: PropertyPath): PropertyValue | undefined {
  let current = value;
  for (const step of path) {
    if (typeof step === 'number') current = Array.isArray(current) ? current[step] : undefined;
    else current = isMap(current) ? current[step] : undefined;
  }
  return current;
}

/** Whether a path is `pattern`, or leads into it. A `*` in the pattern stands for any one step. */
export function isWithin(path: PropertyPath, pattern: PropertyPath): boolean {
  return (
    path.length >= pattern.length && pattern.every((step, index) => step === '*' || step === path[index])
  );
}
