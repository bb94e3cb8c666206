/** Sets fields in rendered objects, where no value of a chart reaches. */
import { asRecord, type Manifest } from '../../components/kit/manifest.ts';
import type { ObjectChange } from '../../components/kit/release.ts';

/** A step of a path: a field, or the item of a list by one of its fields. */
type Step = { field: string } | { key: string; value: string };

/** Takes a path apart: `spec.containers[name=a].image`. @throws RangeError when it is not one */
export function parsePath(path: string): Step[] {
  const steps: Step[] = [];
  const pattern = /(?:^|\.)([^.[\]]+)|\[([^=\]]+)=([^\]]*)\]/gy;
  let end = 0;
  for (const match of path.matchAll(pattern)) {
    const [text, field, key = '', value = ''] = match;
    steps.push(field === undefined ? { key, value } : { field });
    end = match.index + text.length;
  }
  if (steps.length === 0 || end !== path.length) throw new RangeError(`"${path}" is not a path`);
  return steps;
}

/**
 * Applies changes to copies of objects.
 * @throws RangeError when a change finds no object, or what is on its path is of another shape
 */
export function applyChanges(objects: readonly Manifest[], changes: readonly ObjectChange[]): Manifest[] {
  const copies = structuredClone([...objects]);
  for (const { kind, name, set } of changes) {
    const found = copies.filter((object) => object.kind === kind && object.metadata.name === name);
    if (found.length === 0) throw new RangeError(`there is no ${kind}/${name} to change`);
    for (const object of found) {
      for (const [path, value] of Object.entries(set)) {
        setAt(object, parsePath(path), structuredClone(value), `${kind}/${name} ${path}`);
      }
    }
  }
  return copies;
}

function setAt(root: unknown, steps: readonly Step[], value: unknown, where: string): void {
  let place = root;
  for (const [index, step] of steps.entries()) {
    const last = index === steps.length - 1;
    const next = steps[index + 1];
    if ('field' in step) {
      const record = asRecord(place);
      if (!record) throw new RangeError(`${where}: "${step.field}" is looked for in what has no fields`);
      if (last) record[step.field] = value;
      else place = record[step.field] ??= next && 'key' in next ? [] : {};
      continue;
    }
    if (!Array.isArray(place)) throw new RangeError(`${where}: "${step.key}=${step.value}" is not in a list`);
    const position = place.findIndex((one) => asRecord(one)?.[step.key] === step.value);
    if (position < 0) place.push({ [step.key]: step.value });
    const at = position < 0 ? place.length - 1 : position;
    if (last) place[at] = value;
    else place = place[at];
  }
}
