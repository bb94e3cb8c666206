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

/** Every leaf that differs between two values; items of lists are matched by their name where they have one. */
export function valueChanges(before: unknown, after: unknown, path = ''): ValueChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  if (!old || !now || Array.isArray(before) !== Array.isArray(after)) return [{ path, before, after }];
  const names = [...new Set([...old.keys(), ...now.keys()])];
  return names.flatMap((name) => {
    const inner = path === '' || name.startsWith('[') ? `${path}${name}` : `${path}.${name}`;
    return valueChanges(old.get(name), now.get(name), inner);
  });
}

function fieldsOf(value: unknown): Map<string, unknown> | undefined {
  if (Array.isArray(value)) {
    return new Map(
      value.map((item, index) => {
        const name = asRecord(item)?.name;
        return [typeof name === 'string' ? `[name=${name}]` : `[${index}]`, item];
      }),
    );
  }
  const record = asRecord(value);
  return record && new Map(Object.entries(record));
}
