import { checkCompatibility } from '../../contract/compatibility/index.ts';
import type { Publication } from '../../contract/index.ts';
import { IncompatibleSchemaError, type RegisteredSchema, type SchemaRegistry } from './registry.ts';

/**
 * A schema registry in memory, for tests; it judges compatibility as the contract does.
 *
 * @example
 * const registry = memorySchemaRegistry({ compatibility: 'full' });
 */
export function memorySchemaRegistry(
  options: {
    /** What a new version must keep. @default 'backward' */
    readonly compatibility?: Publication['compatibility'];
  } = {},
): SchemaRegistry {
  const { compatibility = 'backward' } = options;
  const subjects = new Map<string, RegisteredSchema[]>();
  const byId: Readonly<Record<string, unknown>>[] = [];

  return {
    async register(subject, schema) {
      const versions = subjects.get(subject) ?? [];
      const text = canonical(schema);
      const same = versions.find((version) => canonical(version.schema) === text);
      if (same) return same;
      const version = versions.length + 1;
      const broken = checkCompatibility(compatibility, [...versions, { version, schema }]);
      if (broken.length > 0) {
        const problems = broken.flatMap(({ reader, writer, incompatibilities }) =>
          incompatibilities.map(({ path, reason }) => `${reader} reading ${writer}: ${path} ${reason}`),
        );
        throw new IncompatibleSchemaError(subject, problems);
      }
      // One schema has one id, whatever it is registered for.
      let id = byId.findIndex((known) => canonical(known) === text) + 1;
      if (id === 0) id = byId.push(schema);
      const registered = { id, subject, version, schema, uri: `memory:///schemas/ids/${id}` };
      subjects.set(subject, [...versions, registered]);
      return registered;
    },
    latest: async (subject) => subjects.get(subject)?.at(-1),
    byId: async (id) => byId[id - 1],
  };
}

/** A text that is the same for schemas that differ in the order of their fields. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([left], [right]) => (left < right ? -1 : 1)))
      : item,
  );
}
