import { asRecord, type Manifest } from './manifest.ts';

/** Counts up when the cleaning changes, so that what was cached before is not used. */
export const cleaningVersion = 1;

/**
 * A definition as the platform installs it: without descriptions, which make up most of its size in state and
 * in the API server's memory, and without status.
 */
export function cleanDefinition(definition: Manifest): Manifest {
  const spec = asRecord(definition.spec) ?? {};
  const versions = Array.isArray(spec.versions) ? spec.versions : [];
  const { labels, annotations } = definition.metadata;
  return {
    apiVersion: definition.apiVersion,
    kind: definition.kind,
    metadata: {
      name: definition.metadata.name,
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
    },
    spec: { ...spec, versions: versions.map(cleanVersion) },
  };
}

function cleanVersion(version: unknown): unknown {
  const record = asRecord(version);
  const schema = asRecord(asRecord(record?.schema)?.openAPIV3Schema);
  if (!record || !schema) return version;
  return { ...record, schema: { openAPIV3Schema: withoutDescriptions(schema) } };
}

/** Drops `description` where it describes a schema, keeping properties that are called so. */
function withoutDescriptions(schema: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'description' || key === 'externalDocs') continue;
    result[key] = mapsNamesToSchemas(key) ? mapValues(value, cleanNested) : cleanNested(value, key);
  }
  return result;
}

function mapsNamesToSchemas(key: string): boolean {
  return key === 'properties' || key === 'patternProperties' || key === 'definitions';
}

/** Keywords whose value is data and not a schema. */
const dataKeywords = new Set(['default', 'enum', 'example', 'x-kubernetes-validations', 'required']);

function cleanNested(value: unknown, key?: string): unknown {
  if (key !== undefined && dataKeywords.has(key)) return value;
  if (Array.isArray(value)) return value.map((item) => cleanNested(item));
  const record = asRecord(value);
  return record ? withoutDescriptions(record) : value;
}

function mapValues(value: unknown, change: (value: unknown) => unknown): unknown {
  const record = asRecord(value);
  if (!record) return value;
  return Object.fromEntries(Object.entries(record).map(([name, one]) => [name, change(one)]));
}
