import type { KubernetesObject } from '../kubernetes/index.ts';
import { type FieldTree, listKindOf, memberTree, subtree } from './ownership.ts';
import { isMap, type Properties, type PropertyMap, type PropertyValue } from './property-values.ts';
import { isSecret } from './secret-data.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
const serverMetadata = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
  'ownerReferences',
  'finalizers',
];

/**
 * Inputs for an object that nobody declared to us: what its own declaration said where that is known (the fields of
 * those who applied it, or kubectl's record), else the whole object without what the server adds.
 */
export function importedInputs(live: KubernetesObject, fieldManager: string): Properties {
  const value = declared(live, fieldManager);
  return {
    value,
    secrets: isSecret(value)
      ? new Map([
          ['data', 'all'],
          ['stringData', 'all'],
        ])
      : new Map(),
  };
}

function declared(live: KubernetesObject, fieldManager: string): PropertyMap {
  const whole = withoutServerFields(live as unknown as PropertyMap);
  const recorded = recordOfKubectl(live);
  if (recorded) return withoutServerFields(recorded);
  const appliers = (live.metadata.managedFields ?? []).filter(
    ({ operation, subresource }) => operation === 'Apply' && !subresource,
  );
  const owner =
    appliers.find(({ manager }) => manager === fieldManager) ??
    (appliers.length === 1 ? appliers[0] : undefined);
  if (!owner?.fieldsV1) return whole;
  const { name, namespace } = live.metadata;
  const { metadata, ...rest } = owned(whole, owner.fieldsV1);
  return {
    apiVersion: live.apiVersion,
    kind: live.kind,
    metadata: {
      ...(isMap(metadata) ? metadata : {}),
      name,
      ...(namespace === undefined ? {} : { namespace }),
    },
    ...rest,
  };
}

function recordOfKubectl(live: KubernetesObject): PropertyMap | undefined {
  const text = live.metadata.annotations?.[lastApplied];
  if (text === undefined) return undefined;
  const parsed: unknown = JSON.parse(text);
  return isMap(parsed) ? parsed : undefined;
}

function withoutServerFields(object: PropertyMap): PropertyMap {
  const { status: _, metadata, ...rest } = object;
  const kept: PropertyMap = { ...(isMap(metadata) ? metadata : {}) };
  for (const field of serverMetadata) delete kept[field];
  if (isMap(kept.annotations)) {
    const { [lastApplied]: __, ...annotations } = kept.annotations;
    if (Object.keys(annotations).length === 0) delete kept.annotations;
    else kept.annotations = annotations;
  }
  return { ...rest, metadata: kept };
}

/** The part of a value that a tree of owned fields names. */
function owned(value: PropertyMap, tree: FieldTree): PropertyMap {
  const part: PropertyMap = {};
  for (const [name, member] of Object.entries(value)) {
    const below = subtree(tree, `f:${name}`);
    if (below) part[name] = ownedValue(member, below);
  }
  return part;
}

function ownedValue(value: PropertyValue, tree: FieldTree): PropertyValue {
  // A field without marks below it is owned as a whole.
  if (Object.keys(tree).filter((mark) => mark !== '.').length === 0) return value;
  if (isMap(value)) return owned(value, tree);
  if (!Array.isArray(value) || listKindOf(tree).kind !== 'keyed') return value;
  return value.filter(isMap).flatMap((member) => {
    const below = memberTree(tree, member);
    return below ? [owned(member, below)] : [];
  });
}
