/** Judges values of a chart by what the chart publishes: the schema of its values, or the values themselves. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { asRecord } from '../../components/kit/manifest.ts';
import type { ChartValues } from '../../components/kit/release.ts';

/** Finds what a mirror has of a chart. */
export interface ChartInterface {
  schema?: Record<string, unknown>;
  defaults?: Record<string, unknown>;
}

/** What a mirror has of a chart, by the chart's name; undefined when it has nothing. */
export function chartInterface(mirror: string, chart: string): ChartInterface | undefined {
  const find = (ending: string) => globSync(join(mirror, `**/${chart}.${ending}`)).sort()[0];
  const [schema, values] = [find('values.schema.json'), find('values.yaml')];
  if (!schema && !values) return undefined;
  return {
    ...(schema && existsSync(schema) ? { schema: JSON.parse(readFileSync(schema, 'utf8')) } : {}),
    ...(values ? { defaults: publicDefaults(asRecord(parse(readFileSync(values, 'utf8'))) ?? {}) } : {}),
  };
}

/** What is wrong with some values. */
export function judgeValues(values: ChartValues, { schema, defaults }: ChartInterface): string[] {
  const unknown = unknownKeys(values, [schema && { schema, root: schema }, defaults && { defaults }], '');
  return [
    ...unknown.map((path) => `the chart knows no ${path}`),
    ...(schema ? schemaErrors(values, schema) : []),
  ];
}

function schemaErrors(values: ChartValues, schema: Record<string, unknown>): string[] {
  const options = { allErrors: true, strict: false, validateFormats: false };
  const ajv = /2019|2020/.test(String(schema.$schema)) ? new Ajv2020(options) : new Ajv(options);
  const validate = ajv.compile(schema);
  return validate(values)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
}

/** Istio keeps its defaults one level down, where users must not reach. */
function publicDefaults(defaults: Record<string, unknown>): Record<string, unknown> {
  const [inner] = Object.keys(defaults).filter((key) => key.startsWith('_internal_defaults'));
  return inner ? { ...asRecord(defaults[inner]), ...defaults } : defaults;
}

/** Where a key may be declared: in a schema, or among the values that the chart comes with. */
type Place = { schema: unknown; root: unknown } | { defaults: unknown } | undefined;

/** Paths of keys that are declared nowhere. */
function unknownKeys(values: unknown, places: readonly Place[], path: string): string[] {
  const record = asRecord(values);
  const open = places.some(isOpen);
  if (!record || open) return [];
  return Object.entries(record).flatMap(([key, value]) => {
    // Any chart takes `global`, which it hands down to the charts in it.
    const inner = places.map((place) => below(place, key)).filter((place) => place !== undefined);
    const here = path ? `${path}.${key}` : key;
    return inner.length === 0 ? [here] : unknownKeys(value, inner, here);
  });
}

/**
 * Objects of somebody else's API that charts hand on whole: what a chart comes with need not name all their keys. Of
 * Istio's mesh configuration the chart's own words are that its reference has all options.
 */
const handedOn: Readonly<Record<string, Record<string, unknown>>> = {
  resources: { requests: {}, limits: {}, claims: {} },
  meshConfig: {},
};

/** Whether anything may be said here. */
function isOpen(place: Place): boolean {
  if (place === undefined) return false;
  if ('defaults' in place) {
    const record = asRecord(place.defaults);
    return !record || Object.keys(record).length === 0;
  }
  const schema = resolve(place.schema, place.root);
  if (!schema) return true;
  return (
    !schema.properties &&
    !schema.oneOf &&
    !schema.anyOf &&
    !schema.allOf &&
    schema.additionalProperties !== false
  );
}

function below(place: Place, key: string): Place {
  if (place === undefined) return undefined;
  if ('defaults' in place) {
    const record = asRecord(place.defaults);
    return record && key in record ? { defaults: handedOn[key] ?? record[key] } : undefined;
  }
  const { root } = place;
  const schema = resolve(place.schema, root);
  const direct = asRecord(schema?.properties)?.[key];
  if (direct !== undefined) return { schema: direct, root };
  const branches = ['oneOf', 'anyOf', 'allOf'].flatMap(
    (word) => (schema?.[word] as unknown[] | undefined) ?? [],
  );
  return branches.map((one) => below({ schema: one, root }, key)).find((one) => one !== undefined);
}

function resolve(schema: unknown, root: unknown): Record<string, unknown> | undefined {
  const record = asRecord(schema);
  const reference = record?.$ref;
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return record;
  const target = reference
    .slice(2)
    .split('/')
    .reduce<unknown>(
      (place, part) => asRecord(place)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')],
      root,
    );
  return resolve(target, root);
}
