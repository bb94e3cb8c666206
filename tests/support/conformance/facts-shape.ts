import { asRecord } from '../../../components/kit/manifest.ts';

type JsonSchema = Record<string, unknown>;

/**
 * What a value looks like, apart from what it says: each path with the type found there. Entries of a record and
 * items of a list count as one, since their number is no matter of shape.
 * @param schema JSON Schema that the value satisfies; tells fields from entries
 */
export function shapeOf(value: unknown, schema: JsonSchema): string[] {
  return [...new Set(shapes(value, schema, ''))].sort();
}

function shapes(value: unknown, schema: JsonSchema, path: string): string[] {
  const chosen = optionFor(value, schema);
  if (Array.isArray(value)) {
    const items = asRecord(chosen.items) ?? {};
    return [`${path}: list`, ...value.flatMap((item) => shapes(item, items, `${path}[]`))];
  }
  const fields = asRecord(value);
  if (!fields) return [`${path}: ${value === null ? 'null' : typeof value}`];
  const properties = asRecord(chosen.properties);
  const entries = asRecord(chosen.additionalProperties) ?? {};
  return Object.entries(fields).flatMap(([name, one]) => {
    if (one === undefined) return [];
    const property = asRecord(properties?.[name]);
    return property ? shapes(one, property, `${path}.${name}`) : shapes(one, entries, `${path}.*`);
  });
}

/** Of several forms, the first of the value's own type. */
function optionFor(value: unknown, schema: JsonSchema): JsonSchema {
  const options = [schema.anyOf, schema.oneOf].find(Array.isArray) as unknown[] | undefined;
  if (!options) return schema;
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  return options.map((one) => asRecord(one) ?? {}).find((one) => one.type === type) ?? schema;
}
