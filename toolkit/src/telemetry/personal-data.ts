import type * as z from 'zod';

/** Ends of field names that stand for personal data: `email`, `customerEmail`, `shipping_address`. */
const PERSONAL_NAMES = [
  'email',
  'emailaddress',
  'phone',
  'phonenumber',
  'mobile',
  'firstname',
  'lastname',
  'fullname',
  'surname',
  'username',
  'displayname',
  'nickname',
  'address',
  'street',
  'postcode',
  'postalcode',
  'zipcode',
  'birthday',
  'birthdate',
  'dateofbirth',
  'gender',
  'ipaddress',
  'clientip',
  'deviceid',
  'iban',
  'cardnumber',
  'passport',
  'socialsecuritynumber',
  'latitude',
  'longitude',
  'userid',
  'customerid',
];

/** Too short to be looked for at the end of other words. */
const PERSONAL_WORDS = new Set(['name', 'ip', 'age', 'sex', 'ssn', 'city', 'lat', 'lng', 'lon']);

/** Formats of JSON Schema that only personal data has, or nearly so. */
const PERSONAL_FORMATS = new Set(['email', 'idn-email', 'ipv4', 'ipv6', 'phone']);

/** Texts that are personal whatever the field is called. */
const PERSONAL_TEXTS: readonly [kind: string, pattern: RegExp][] = [
  ['an e-mail address', /[^\s@]{1,64}@[^\s@]{1,253}\.[a-z]{2,}/i],
  ['an IP address', /\b(?:\d{1,3}\.){3}\d{1,3}\b|\b(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}\b/i],
  ['a phone number', /(?:^|[^\w.])(?:\+|00)[1-9](?:[ ()/-]?\d){7,14}\b/],
  ['an account number', /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b/],
];

/** The part of a JSON Schema that is looked through. */
interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode | boolean;
  readonly prefixItems?: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly allOf?: readonly SchemaNode[];
  readonly format?: string;
}

/** Paths of a schema whose name or format stands for personal data: `customer.email`. */
export function personalPaths(schema: z.ZodType): string[] {
  const found = new Set<string>();
  // By the schema's own method: importing zod for it would cost every service a good part of its start.
  visit(schema.toJSONSchema({ unrepresentable: 'any' }) as SchemaNode, '', found);
  return [...found];
}

function visit(node: SchemaNode | boolean | undefined, path: string, found: Set<string>): void {
  if (typeof node !== 'object') return;
  if (path !== '' && (isPersonalName(path) || PERSONAL_FORMATS.has(node.format ?? ''))) found.add(path);
  for (const [name, field] of Object.entries(node.properties ?? {})) {
    visit(field, path === '' ? name : `${path}.${name}`, found);
  }
  for (const part of [node.additionalProperties, node.items]) visit(part, path, found);
  for (const parts of [node.prefixItems, node.anyOf, node.oneOf, node.allOf]) {
    for (const part of parts ?? []) visit(part, path, found);
  }
}

function isPersonalName(path: string): boolean {
  const last = path.split('.').at(-1) ?? '';
  const name = last.toLowerCase().replace(/[^a-z0-9]/g, '');
  const words = last.split(/(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+/).map((word) => word.toLowerCase());
  return PERSONAL_WORDS.has(words.at(-1) ?? '') || PERSONAL_NAMES.some((ending) => name.endsWith(ending));
}

/** Values that look personal, with their paths, apart from those under declared ones. */
export function personalValues(value: unknown, declared: ReadonlySet<string>, path = ''): string[] {
  if (declared.has(path)) return [];
  if (typeof value === 'string') {
    const kind = PERSONAL_TEXTS.find(([, pattern]) => pattern.test(value))?.[0];
    return kind === undefined ? [] : [`${path} holds what looks like ${kind}`];
  }
  if (Array.isArray(value)) return value.flatMap((item) => personalValues(item, declared, path));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) =>
    personalValues(field, declared, path === '' ? name : `${path}.${name}`),
  );
}
