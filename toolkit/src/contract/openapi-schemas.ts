import { isRecord } from './json-schema.ts';
import type { Path } from './violation.ts';

/** Every place of an OpenAPI document that holds a schema, without those inside others. */
export function* openApiSchemas(value: unknown, path: Path = []): Iterable<{ path: Path; schema: unknown }> {
  if (typeof value !== 'object' || value === null) return;
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  for (const [key, item] of entries) {
    const here = [...path, key];
    if (key === 'example' || key === 'examples') continue;
    if (key === 'schema') yield { path: here, schema: item };
    else if (key === 'schemas' && path.length === 1 && path[0] === 'components' && isRecord(item)) {
      for (const [name, schema] of Object.entries(item)) yield { path: [...here, name], schema };
    } else yield* openApiSchemas(item, here);
  }
}
