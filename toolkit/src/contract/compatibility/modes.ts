import type { Publication } from '../generated/types.ts';
import type { JsonSchema } from '../json-schema.ts';
import { type Incompatibility, incompatibilities } from './can-read.ts';

/**
 * A version of an event.
 *
 * @example
 * const version: SchemaVersion = { version: 2, schema: { type: 'object' } };
 */
export interface SchemaVersion {
  readonly version: number;
  readonly schema: JsonSchema;
}

/**
 * Why one version of an event does not keep what its compatibility mode promises.
 *
 * @example
 * const [broken]: BrokenPromise[] = checkCompatibility('backward', versions);
 * // { reader: 2, writer: 1, incompatibilities: [{ path: 'currency', reason: 'may be missing, and …' }] }
 */
export interface BrokenPromise {
  /** Version of the schema that reads. */
  readonly reader: number;
  /** Version of the schema that wrote. */
  readonly writer: number;
  readonly incompatibilities: readonly Incompatibility[];
}

/**
 * Checks the newest version of an event against those before it, as a schema registry does: `backward`, the newest
 * reads what the one before wrote; `forward`, the one before reads what the newest writes; `full`, both; transitive
 * modes, with all versions before.
 *
 * @param versions in ascending order, the newest last
 * @example
 * checkCompatibility('backward', [
 *   { version: 1, schema: { type: 'object' } },
 *   { version: 2, schema: { type: 'object', required: ['currency'] } },
 * ]).length; // 1
 */
export function checkCompatibility(
  mode: Publication['compatibility'],
  versions: readonly SchemaVersion[],
): BrokenPromise[] {
  const newest = versions.at(-1);
  if (newest === undefined || mode === 'none') return [];
  const [direction = '', transitive] = mode.split('-', 2);
  const before = transitive === undefined ? versions.slice(-2, -1) : versions.slice(0, -1);
  return before.flatMap((earlier) => {
    const pairs: [reader: SchemaVersion, writer: SchemaVersion][] = [];
    if (direction !== 'forward') pairs.push([newest, earlier]);
    if (direction !== 'backward') pairs.push([earlier, newest]);
    return pairs.flatMap(([reader, writer]) => {
      const found = incompatibilities(reader.schema, writer.schema);
      return found.length === 0
        ? []
        : [{ reader: reader.version, writer: writer.version, incompatibilities: found }];
    });
  });
}
