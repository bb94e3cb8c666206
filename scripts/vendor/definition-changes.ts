/** What a new release does to definitions, as far as it matters to whoever has objects of them. */
import { asRecord, type Manifest } from '../../components/kit/manifest.ts';

/** What changes in one definition. */
export interface DefinitionChange {
  name: string;
  change: 'added' | 'removed' | 'changed';
  /** Versions that are not served any more: objects written in them are refused. */
  versionsGone: string[];
  versionsNew: string[];
  /** The version that objects are stored in, when it changes: stored objects must be migrated before the old one goes. */
  storage?: { before: string; after: string };
  /** Fields that are dropped when an object is written, by version and path. */
  fieldsGone: string[];
  fieldsNew: string[];
  /** Fields that were optional, or not there, and must be given now. */
  fieldsRequired: string[];
}

/** Compares the definitions of two releases. */
export function definitionChanges(
  before: readonly Manifest[],
  after: readonly Manifest[],
): DefinitionChange[] {
  const [old, now] = [byName(before), byName(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  return names.map((name) => compare(name, old.get(name), now.get(name))).filter(isWorthSaying);
}

function byName(definitions: readonly Manifest[]): Map<string, Manifest> {
  return new Map(definitions.map((one) => [one.metadata.name, one]));
}

function isWorthSaying(change: DefinitionChange): boolean {
  const lists = [
    change.versionsGone,
    change.versionsNew,
    change.fieldsGone,
    change.fieldsNew,
    change.fieldsRequired,
  ];
  return change.change !== 'changed' || change.storage !== undefined || lists.some((list) => list.length > 0);
}

function compare(name: string, before: Manifest | undefined, after: Manifest | undefined): DefinitionChange {
  const [old, now] = [versionsOf(before), versionsOf(after)];
  const [oldStored, nowStored] = [stored(old), stored(now)];
  const both = [...old.keys()].filter((version) => now.has(version));
  const inBoth = (change: (version: string) => string[]) =>
    before && after ? both.flatMap((version) => change(version).map((path) => `${version}: ${path}`)) : [];
  const fields = (versions: Versions, version: string) => fieldsOf(versions.get(version)?.schema);
  return {
    name,
    change: before && after ? 'changed' : after ? 'added' : 'removed',
    versionsGone: before && after ? served(old).filter((one) => !served(now).includes(one)) : [],
    versionsNew: before && after ? served(now).filter((one) => !served(old).includes(one)) : [],
    ...(oldStored && nowStored && oldStored !== nowStored
      ? { storage: { before: oldStored, after: nowStored } }
      : {}),
    fieldsGone: inBoth((version) => outermost(minus(fields(old, version), fields(now, version)))),
    fieldsNew: inBoth((version) => outermost(minus(fields(now, version), fields(old, version)))),
    fieldsRequired: inBoth((version) =>
      minus(requiredOf(now.get(version)?.schema), requiredOf(old.get(version)?.schema)),
    ),
  };
}

type Versions = Map<string, { served: boolean; storage: boolean; schema: unknown }>;

function versionsOf(definition: Manifest | undefined): Versions {
  const versions = asRecord(definition?.spec)?.versions;
  return new Map(
    (Array.isArray(versions) ? versions : []).flatMap((one) => {
      const version = asRecord(one);
      if (!version) return [];
      const schema = asRecord(version.schema)?.openAPIV3Schema;
      return [
        [
          String(version.name),
          { served: version.served === true, storage: version.storage === true, schema },
        ],
      ];
    }),
  );
}

function served(versions: Versions): string[] {
  return [...versions].flatMap(([name, version]) => (version.served ? [name] : []));
}

function stored(versions: Versions): string | undefined {
  return [...versions].find(([, { storage }]) => storage)?.[0];
}

function minus(one: ReadonlySet<string>, other: ReadonlySet<string>): string[] {
  return [...one].filter((path) => !other.has(path)).sort();
}

/** Of a field and what is in it, the field alone. */
function outermost(paths: readonly string[]): string[] {
  return paths.filter((path) => !paths.some((other) => path !== other && path.startsWith(`${other}.`)));
}

/** Paths of every field; the items of lists and maps add no step. */
function fieldsOf(schema: unknown): Set<string> {
  const found = new Set<string>();
  walk(schema, '', (path, properties) => {
    for (const name of Object.keys(properties)) found.add(path ? `${path}.${name}` : name);
  });
  return found;
}

/** Paths of every field that must be given where what it is in is given. */
function requiredOf(schema: unknown): Set<string> {
  const found = new Set<string>();
  walk(schema, '', (path, _properties, required) => {
    for (const name of required) found.add(path ? `${path}.${name}` : name);
  });
  return found;
}

function walk(
  schema: unknown,
  path: string,
  visit: (path: string, properties: Record<string, unknown>, required: readonly string[]) => void,
): void {
  const record = asRecord(schema);
  if (!record) return;
  const properties = asRecord(record.properties) ?? {};
  const required = Array.isArray(record.required) ? record.required.map(String) : [];
  visit(path, properties, required);
  for (const [name, inner] of Object.entries(properties)) walk(inner, path ? `${path}.${name}` : name, visit);
  walk(record.items, path, visit);
  walk(record.additionalProperties, path, visit);
}
