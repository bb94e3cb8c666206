import { Ajv, type AnySchema } from 'ajv';
import formats from 'ajv-formats';
import { asRecord, type Manifest } from '../../components/kit/manifest.ts';

/**
 * Judges custom resources by their definitions as an API server does: types, enumerations, patterns, required
 * fields and list rules, and besides that it refuses every field that the definition doesn't know, which an API
 * server would silently drop. Rules in CEL are left to the real API server.
 */

type Schema = Record<string, unknown>;

/** Judges objects of one kind: an empty list when they are right. */
export type ObjectValidator = (object: unknown) => string[];

/**
 * Makes the validator of one version of a definition.
 * @throws Error when the definition does not serve the version, or carries no schema.
 */
export function definitionValidator(definition: Manifest, version: string): ObjectValidator {
  const versions = asRecord(definition.spec)?.versions;
  const served = (Array.isArray(versions) ? versions : [])
    .map(asRecord)
    .find((one) => one?.name === version && one.served === true);
  const schema = asRecord(asRecord(served?.schema)?.openAPIV3Schema);
  if (!schema) throw new Error(`${definition.metadata.name} serves no version ${version} with a schema`);
  const ajv = new Ajv({
    allErrors: true,
    strict: false,
    useDefaults: true,
    logger: false,
    unicodeRegExp: false,
    code: { regExp: goPattern },
  });
  formats.default(ajv);
  ajv.addKeyword({
    keyword: listKeysKeyword,
    type: 'array',
    validate: hasUniqueKeys,
    error: { message: 'must not hold two items with the same keys' },
  });
  const validate = ajv.compile(root(schema) as AnySchema);
  return (object) => {
    // Defaults are filled in before an object is judged, so a copy is.
    if (validate(structuredClone(object))) return [];
    return (validate.errors ?? []).map((error) => {
      const unknown: unknown = error.params.additionalProperty;
      const field = typeof unknown === 'string' ? `/${unknown}` : '';
      return `${error.instancePath}${field}: ${error.message ?? error.keyword}`;
    });
  };
}

/**
 * An API server reads patterns as Go does. The difference that definitions make use of: `(?i)` inside a pattern,
 * which JavaScript takes as a flag beside it.
 */
const goPattern = Object.assign(
  (pattern: string) => {
    const flags = [...pattern.matchAll(/\(\?([ims]+)\)/g)].map(([, letters]) => letters).join('');
    return new RegExp(pattern.replaceAll(/\(\?[ims]+\)/g, ''), [...new Set(flags)].join(''));
  },
  { code: 'goPattern' },
);

/** Marks a list whose items are told apart by some of their fields; no fields: by their whole value. */
const listKeysKeyword = 'ninefoldListKeys';

function hasUniqueKeys(keys: readonly string[], items: readonly unknown[]): boolean {
  const identities = items.map((item) => {
    const record = asRecord(item);
    return JSON.stringify(keys.length > 0 ? keys.map((key) => record?.[key]) : item);
  });
  return new Set(identities).size === items.length;
}

/** Every object has these three, whether or not its definition speaks of them. */
function root(schema: Schema): Schema {
  const closed = structural(schema);
  const always = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } };
  return { ...closed, properties: { ...asRecord(closed.properties), ...always } };
}

/** A structural schema as JSON Schema in which unknown fields are wrong. */
function structural(schema: Schema): Schema {
  const { properties, additionalProperties, items, type, nullable, ...rest } = schema;
  if (schema['x-kubernetes-int-or-string'] === true) return { ...rest, type: ['integer', 'string'] };
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const known = asRecord(properties);
  const values = asRecord(additionalProperties);
  const keys = listKeys(schema);
  return {
    ...rest,
    ...(type === undefined ? {} : { type: nullable === true ? [type, 'null'] : type }),
    ...(known ? { properties: mapValues(known) } : {}),
    ...(items ? { items: structural(asRecord(items) ?? {}) } : {}),
    ...(keys ? { [listKeysKeyword]: keys } : {}),
    ...(values ? { additionalProperties: structural(values) } : {}),
    ...(type === 'object' && !values && additionalProperties !== true && !open
      ? { additionalProperties: false }
      : {}),
  };
}

function listKeys(schema: Schema): readonly unknown[] | undefined {
  if (schema['x-kubernetes-list-type'] === 'set') return [];
  const keys = schema['x-kubernetes-list-map-keys'];
  return schema['x-kubernetes-list-type'] === 'map' && Array.isArray(keys) ? keys : undefined;
}

function mapValues(properties: Schema): Schema {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, structural(asRecord(schema) ?? {})]),
  );
}
