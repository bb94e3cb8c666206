import type { ManagedFields, ObjectMetadata } from '../kubernetes/index.ts';

/** A tree of `fieldsV1`: members by their marked names, such as `f:spec`, `k:{"name":"web"}`, `v:"x"`. */
export type FieldTree = Record<string, unknown>;

/**
 * The fields that the managers of an object own, all or one of them. Nothing else tells for every kind, custom
 * resources too, which lists are merged by keys and by which.
 */
export function fieldTreeOf(metadata: ObjectMetadata, manager?: string): FieldTree {
  return (metadata.managedFields ?? [])
    .filter((fields) => manager === undefined || fields.manager === manager)
    .reduce<FieldTree>((all, { fieldsV1 }) => mergeTrees(all, fieldsV1 ?? {}), {});
}

/** The tree below a member. */
export function subtree(tree: FieldTree | undefined, name: string): FieldTree | undefined {
  const found = tree?.[name];
  return isTree(found) ? found : undefined;
}

/** How a list is compared with what is live. */
export type ListKind =
  | { kind: 'whole' }
  /** Members belong together that have these fields in common. */
  | { kind: 'keyed'; keys: string[] }
  /** Each member counts once, whatever its place. */
  | { kind: 'set' };

/** How a list is merged, as its managers' fields say; a list without marks is one value. */
export function listKindOf(tree: FieldTree | undefined): ListKind {
  const marks = Object.keys(tree ?? {});
  const keyed = marks.find((mark) => mark.startsWith('k:'));
  if (keyed !== undefined) return { kind: 'keyed', keys: Object.keys(keyOf(keyed)) };
  return marks.some((mark) => mark.startsWith('v:')) ? { kind: 'set' } : { kind: 'whole' };
}

/** The tree of the member of a keyed list. */
export function memberTree(
  tree: FieldTree | undefined,
  member: Record<string, unknown>,
): FieldTree | undefined {
  for (const [mark, below] of Object.entries(tree ?? {})) {
    if (!mark.startsWith('k:') || !isTree(below)) continue;
    if (Object.entries(keyOf(mark)).every(([name, value]) => member[name] === value)) return below;
  }
  return undefined;
}

/** Whether a manager owns a field that lies in maps only; `fields` is what it owns. */
export function ownsField(fields: ManagedFields, path: readonly (string | number)[]): boolean {
  let tree: FieldTree | undefined = fields.fieldsV1;
  for (const step of path) tree = subtree(tree, `f:${step}`);
  return tree !== undefined;
}

function keyOf(mark: string): Record<string, unknown> {
  const parsed: unknown = JSON.parse(mark.slice(2));
  return isTree(parsed) ? parsed : {};
}

function mergeTrees(first: FieldTree, second: FieldTree): FieldTree {
  const merged: FieldTree = { ...first };
  for (const [name, below] of Object.entries(second)) {
    const known = merged[name];
    merged[name] = isTree(known) && isTree(below) ? mergeTrees(known, below) : below;
  }
  return merged;
}

function isTree(value: unknown): value is FieldTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
