import { isDeepStrictEqual } from 'node:util';
import { asRecord } from '../../components/kit/manifest.ts';

/** A leaf that differs. */
export interface ValueChange {
  path: string;
  /** Undefined where it was not there. */
  before: unknown;
  /** Undefined where it is not there any more. */
  after: unknown;
}

/**
 * Every leaf that differs between two values. Items of lists are matched by their name, where every item has one of
 * its own, otherwise by their position.
 */
export function valueChanges(before: unknown, after: unknown, path = ''): ValueChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  const named = isNamedList(before) && isNamedList(after);
  const [old, now] = [fieldsOf(before, named), fieldsOf(after, named)];
  if (!old || !now || Array.isArray(before) !== Array.isArray(after)) return [{ path, before, after }];
  const names = [...new Set([...old.keys(), ...now.keys()])];
  return names.flatMap((name) => {
    const inner = path === '' || name.startsWith('[') ? `${path}${name}` : `${path}.${name}`;
    return valueChanges(old.get(name), now.get(name), inner);
  });
}

function fieldsOf(value: unknown, named: boolean): Map<string, unknown> | undefined {
  if (Array.isArray(value)) {
    return new Map(value.map((item, index) => [named ? `[name=${nameOf(item)}]` : `[${index}]`, item]));
  }
  const record = asRecord(value);
  return record && new Map(Object.entries(record));
}

function isNamedList(value: unknown): value is unknown[] {
  if (!Array.isArray(value)) return false;
  const names = value.map(nameOf);
  return names.every((name) => typeof name === 'string') && new Set(names).size === names.length;
}

function nameOf(item: unknown): unknown {
  return asRecord(item)?.name;
}
