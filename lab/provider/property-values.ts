import { readStruct, type WireMap, type WireValue, writeStruct } from './protocol/struct.ts';

/** A value that is not known before the update. */
export const unknownValue: unique symbol = Symbol('unknown');

/** A property as the provider works with it: plain JSON, in which a leaf may be unknown. */
export type PropertyValue =
  | null
  | boolean
  | number
  | string
  | typeof unknownValue
  | PropertyValue[]
  | { [name: string]: PropertyValue };

/** Properties of a resource. */
export type PropertyMap = { [name: string]: PropertyValue };

/** Which parts of properties are secret: all of a value, or those of its members (lists: by index) named here. */
export type SecretMarks = 'all' | Map<string, SecretMarks>;

/** Properties, and which of them are secret. */
export interface Properties {
  value: PropertyMap;
  secrets: SecretMarks;
}

// The protocol's marks, from sdk/proto/go and sdk/nodejs/runtime/rpc.ts of pulumi/pulumi.
const signatureKey = '4dabf18193072939515e22adb298388d';
const secretSignature = '1b47061264138c4ac30d75fd1eb44270';
const outputSignature = 'd0e6a833031e9bbcd3f4e8bde6ca49a4';
const assetSignatures = new Set(['c44067f5952c0a294b673a41bacd8c17', '0def7320c3a5731c473e5ecbe6d01bc7']);
const resourceSignature = '5cf8f73096256a8f31e491e813e4eb8e';
/** The ways to write an unknown, one per JSON type it stands for. */
const unknownTexts = new Set([
  '04da6b54-80e4-46f7-96ec-b56ff0331ba9',
  '1c4a061d-8072-4f0a-a4cb-0ff528b18fe7',
  '3eeb2bf0-c639-47a8-9e75-3b44932eb421',
  '6a19a0b0-7e62-4c92-b797-7f8e31da9cc2',
  '030794c1-ac77-496b-92df-f27374a8bd58',
  'e48ece36-62e2-4504-bad9-02848725956a',
  'dd056dcd-154b-4c76-9bd3-c8f88648b5ff',
]);
const unknownText = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

/** Nothing is secret. */
const noSecrets: SecretMarks = new Map();

/** Reads properties from the protocol; none at all are empty ones. */
export function decodeProperties(bytes: Uint8Array): Properties {
  const { value, secrets } = decodeMap(bytes.length === 0 ? {} : readStruct(bytes));
  return { value: isMap(value) ? value : {}, secrets: secrets ?? noSecrets };
}

/** Writes properties for the protocol; marks that point at nothing are passed over. */
export function encodeProperties({ value, secrets }: Properties): Uint8Array {
  const encoded: WireMap = {};
  for (const [name, member] of Object.entries(value))
    encoded[name] = encode(member, memberMarks(secrets, name));
  return writeStruct(encoded);
}

/** Whether a value is a map (and not a list, a scalar or unknown). */
export function isMap(value: unknown): value is { [name: string]: PropertyValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether anything in a value is unknown. */
export function containsUnknown(value: PropertyValue): boolean {
  if (value === unknownValue) return true;
  if (Array.isArray(value)) return value.some(containsUnknown);
  return isMap(value) && Object.values(value).some(containsUnknown);
}

/** The marks of a member. */
export function memberMarks(marks: SecretMarks | undefined, name: string | number): SecretMarks | undefined {
  return marks === 'all' || marks === undefined ? marks : marks.get(String(name));
}

/** Both marks together. */
export function unionMarks(first: SecretMarks | undefined, second: SecretMarks | undefined): SecretMarks {
  if (first === 'all' || second === 'all') return 'all';
  const union = new Map(first);
  for (const [name, marks] of second ?? []) union.set(name, unionMarks(union.get(name), marks));
  return union;
}

interface Decoded {
  value: PropertyValue;
  secrets?: SecretMarks;
}

const unknown: Decoded = { value: unknownValue };

function decode(value: WireValue): Decoded {
  if (typeof value === 'string') return unknownTexts.has(value) ? unknown : { value };
  if (Array.isArray(value)) {
    const members = value.map(decode);
    return withMarks(
      members.map((member) => member.value),
      members.map((member, index) => [String(index), member.secrets]),
    );
  }
  if (typeof value !== 'object' || value === null) return { value };
  return typeof value[signatureKey] === 'string'
    ? decodeSigned(value, value[signatureKey])
    : decodeMap(value);
}

function decodeMap(value: WireMap): Decoded {
  const members = Object.entries(value).map(([name, member]) => [name, decode(member)] as const);
  return withMarks(
    Object.fromEntries(members.map(([name, member]) => [name, member.value])),
    members.map(([name, member]) => [name, member.secrets]),
  );
}

function decodeSigned(value: WireMap, signature: string): Decoded {
  if (signature === secretSignature) return { value: decode(value.value ?? null).value, secrets: 'all' };
  if (signature === outputSignature) {
    const inner = value.value === undefined ? unknown : decode(value.value);
    return value.secret === true ? { value: inner.value, secrets: 'all' } : inner;
  }
  if (signature === resourceSignature) return decode(value.id ?? value.urn ?? null);
  if (assetSignatures.has(signature)) {
    throw new Error('An asset or archive is no part of a Kubernetes object; give its contents as a string.');
  }
  return decodeMap(value);
}

function withMarks(value: PropertyValue, marks: (readonly [string, SecretMarks | undefined])[]): Decoded {
  const present = marks.filter((mark): mark is readonly [string, SecretMarks] => mark[1] !== undefined);
  return present.length === 0 ? { value } : { value, secrets: new Map(present) };
}

function encode(value: PropertyValue, marks: SecretMarks | undefined): WireValue {
  if (marks === 'all') return { [signatureKey]: secretSignature, value: encode(value, undefined) };
  if (value === unknownValue) return unknownText;
  if (Array.isArray(value)) return value.map((member, index) => encode(member, memberMarks(marks, index)));
  if (!isMap(value)) return value;
  const encoded: WireMap = {};
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) encoded[name] = encode(member, memberMarks(marks, name));
  }
  return encoded;
}
