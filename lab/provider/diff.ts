import { describeObject, KubernetesApiError, referenceOf, UnknownKindError } from '../kubernetes/index.ts';
import { annotationNames, isAnnotated } from './annotations.ts';
import { applyObject, FieldConflictError } from './apply.ts';
import { type Cluster, defaultNamespace } from './cluster.ts';
import { type Difference, differences } from './differences.ts';
import { immutableDifferences } from './immutable-fields.ts';
import { isLeftOut } from './left-out.ts';
import { manifestOf } from './manifest.ts';
import { formatPath } from './property-paths.ts';
import { containsUnknown, isMap, type Properties, type PropertyMap } from './property-values.ts';

/** A resource as it is recorded, and as the program wants it. */
export interface DiffRequest {
  urn: string;
  id: string;
  oldInputs: Properties;
  oldOutputs: Properties;
  newInputs: Properties;
}

/** One changed field. */
export interface FieldChange extends Difference {
  /** Whether the object has to be replaced for it. */
  replaces: boolean;
}

/** What has to be done. */
export interface DiffResult {
  changes: FieldChange[];
  /** Whether the object has to go before its successor can come, because both have the same name. */
  deleteBeforeReplace: boolean;
}

/** Compares what is recorded with what is wanted, field by field, and says which fields make a replacement. */
export async function diffResource(cluster: Cluster, request: DiffRequest): Promise<DiffResult> {
  const before = withNamespace(cluster, request.oldInputs.value, request);
  const after = withNamespace(cluster, request.newInputs.value, request);
  const found = differences(before, after);
  const immutable = new Set(immutableDifferences(before, found));
  if (found.length > 0 && immutable.size === 0) {
    for (const change of await refusedByServer(cluster, request, found)) immutable.add(change);
  }
  if (isLeftOut(before) !== isLeftOut(after)) {
    // One is an object and the other is not.
    for (const change of found) immutable.add(change);
  }
  const changes = found.map((change) => ({ ...change, replaces: immutable.has(change) }));
  const deleteBeforeReplace = immutable.size > 0 && sameName(before, after) && !isAutonamed(after);
  if (deleteBeforeReplace) cluster.replacing.add(request.urn);
  return { changes, deleteBeforeReplace };
}

/** An absent namespace is the default one, so that writing it out is no change and another default is one. */
function withNamespace(cluster: Cluster, inputs: PropertyMap, { oldOutputs }: DiffRequest): PropertyMap {
  const live = oldOutputs.value.metadata;
  const { metadata } = inputs;
  if (!isMap(metadata) || metadata.namespace || !isMap(live) || typeof live.namespace !== 'string')
    return inputs;
  return { ...inputs, metadata: { ...metadata, namespace: defaultNamespace(cluster) } };
}

/** The changes that the API server itself calls immutable; none when it can't be asked. */
async function refusedByServer(
  cluster: Cluster,
  { newInputs, oldOutputs }: DiffRequest,
  changes: Difference[],
): Promise<Difference[]> {
  if (containsUnknown(newInputs.value) || isLeftOut(newInputs.value)) return [];
  const { metadata } = oldOutputs.value;
  const namespace =
    isMap(metadata) && typeof metadata.namespace === 'string' ? metadata.namespace : undefined;
  const manifest = manifestOf(newInputs.value, namespace);
  try {
    if (!(await cluster.client.find(referenceOf(manifest)))) return [];
    await applyObject(cluster, manifest, { inputs: newInputs.value, dryRun: true, force: true });
    return [];
  } catch (error) {
    if (error instanceof UnknownKindError || error instanceof FieldConflictError) return [];
    if (!(error instanceof KubernetesApiError) || error.status !== 422) return [];
    const immutable = (error.details.causes ?? []).filter(({ message }) => /immutable/i.test(message ?? ''));
    const fields = immutable.map(({ field }) => field ?? '');
    const named = changes.filter(({ path }) => fields.some((field) => concerns(formatPath(path), field)));
    if (immutable.length > 0 && named.length === 0) {
      cluster.log.message('debug', '', `${describeObject(referenceOf(manifest))}: ${error.message}`);
      return changes;
    }
    return named;
  }
}

/** Whether a changed path lies at, below or above the field that a refusal names. */
function concerns(path: string, field: string): boolean {
  const below = (inner: string, outer: string) => inner === outer || /^[.[]/.test(inner.slice(outer.length));
  return (
    field !== '' &&
    ((path.startsWith(field) && below(path, field)) || (field.startsWith(path) && below(field, path)))
  );
}

function sameName(before: PropertyMap, after: PropertyMap): boolean {
  const [first, second] = [before.metadata, after.metadata];
  return isMap(first) && isMap(second) && first.name === second.name && first.namespace === second.namespace;
}

function isAutonamed(inputs: PropertyMap): boolean {
  return isAnnotated(inputs, annotationNames.autonamed);
}
