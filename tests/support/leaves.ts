import { asRecord } from '../../components/kit/manifest.ts';

/** One value at the end of a path. */
export interface Leaf {
  /** Field names and list positions, joined by dots. */
  path: string;
  value: unknown;
}

/** Every leaf of a value. */
export function leaves(value: unknown, path = ''): Leaf[] {
  const fields = Array.isArray(value) ? { ...value } : asRecord(value);
  if (!fields) return [{ path, value }];
  return Object.entries(fields).flatMap(([name, one]) => leaves(one, path ? `${path}.${name}` : name));
}
