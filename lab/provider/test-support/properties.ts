import {
  isMap,
  type Properties,
  type PropertyMap,
  type PropertyValue,
  type SecretMarks,
  unknownValue,
} from '../property-values.ts';

class Secret {
  readonly value: PropertyValue;
  constructor(value: PropertyValue) {
    this.value = value;
  }
}

/** A value as tests write it: plain, with {@link secret} and {@link unknown} in it. */
export type Written =
  null | boolean | number | string | typeof unknownValue | Secret | Written[] | WrittenMap;

export type WrittenMap = { [name: string]: Written | undefined };

/** A value that the program marks as secret. */
export function secret(value: PropertyValue): Secret {
  return new Secret(value);
}

/** A value that is not known before the update. */
export const unknown: typeof unknownValue = unknownValue;

/** Written properties as the protocol carries them. */
export function propertiesOf(written: WrittenMap): Properties {
  const { value, marks } = read(written);
  return { value: isMap(value) ? value : {}, secrets: marks ?? new Map() };
}

/** The paths of everything marked, dotted. */
export function markedPaths(
  value: PropertyValue | undefined,
  marks: SecretMarks | undefined,
  path = '',
): string[] {
  if (marks === undefined || value === undefined) return [];
  if (marks === 'all') return [path];
  const members = isMap(value) || Array.isArray(value) ? Object.entries(value) : [];
  return members.flatMap(([name, member]) =>
    markedPaths(member, marks.get(name), path === '' ? name : `${path}.${name}`),
  );
}

function read(written: Written): { value: PropertyValue; marks?: SecretMarks } {
  if (written instanceof Secret) return { value: written.value, marks: 'all' };
  if (typeof written !== 'object' || written === null) return { value: written };
  const members = Object.entries(written).flatMap(([name, member]) =>
    member === undefined ? [] : [[name, read(member)] as const],
  );
  const marks = new Map<string, SecretMarks>();
  for (const [name, member] of members) if (member.marks) marks.set(name, member.marks);
  const value: PropertyValue = Array.isArray(written)
    ? members.map(([, member]) => member.value)
    : (Object.fromEntries(members.map(([name, member]) => [name, member.value])) as PropertyMap);
  return marks.size === 0 ? { value } : { value, marks };
}
