import { describeObject, type KubernetesObject, referenceOf, UnknownKindError } from '../kubernetes/index.ts';
import { applyObject, FieldConflictError } from './apply.ts';
import type { Cluster } from './cluster.ts';
import { refuseForeign } from './create.ts';
import { differences } from './differences.ts';
import { releaseDroppedFields } from './dropped-fields.ts';
import { InitializationError } from './errors.ts';
import { referenceOfResource } from './ids.ts';
import { isLeftOut, markLeftOut } from './left-out.ts';
import { manifestOf } from './manifest.ts';
import { inputsAsOutputs, outputsOf } from './outputs.ts';
import { valueAt } from './property-paths.ts';
import { containsUnknown, isMap, type Properties, type PropertyMap } from './property-values.ts';
import { refreshedInputs } from './read.ts';
import { awaitReadiness } from './readiness/index.ts';

/** A resource to be changed. */
export interface UpdateRequest {
  id: string;
  urn: string;
  /** As last applied, or as last refreshed. */
  oldInputs: Properties;
  oldOutputs: Properties;
  newInputs: Properties;
  /** Only tell what would come of it. */
  preview: boolean;
  /** The program's `customTimeouts.update`, in seconds; 0 when there is none. */
  timeoutSeconds: number;
}

/**
 * Changes the object of a resource to the new inputs and waits until it is ready again. Fields that the inputs no
 * longer have are removed.
 * @throws {FieldConflictError} when another manager holds fields at other values
 * @throws {InitializationError} the object is changed but did not get ready
 */
export async function updateResource(cluster: Cluster, request: UpdateRequest): Promise<Properties> {
  const { id, urn, oldInputs, newInputs, preview } = request;
  if (isLeftOut(newInputs.value)) {
    const { value, secrets } = inputsAsOutputs(newInputs);
    return { value: markLeftOut(value, 'true'), secrets };
  }
  if (containsUnknown(newInputs.value)) return expectedOutputs(request);
  const reference = referenceOfResource(id, urn, newInputs.value);
  const manifest = manifestOf(newInputs.value, reference.namespace);
  if (preview) return await previewUpdate(cluster, request, manifest);

  const before = await cluster.client.find(reference, { signal: cluster.signal });
  const uid = valueAt(request.oldOutputs.value, ['metadata', 'uid']);
  if (before && uid !== undefined && before.metadata.uid !== uid)
    refuseForeign(cluster, before, newInputs.value);
  const applied = await applyRepairing(cluster, manifest, before, request);
  const live = await releaseDroppedFields(cluster, applied, oldInputs.value, newInputs.value);
  const ready = await awaitReadiness(cluster, {
    urn,
    live,
    inputs: newInputs.value,
    timeoutSeconds: request.timeoutSeconds,
  });
  const outputs = outputsOf(ready.object, newInputs);
  if (ready.problems.length === 0) return outputs;
  throw new InitializationError(describeObject(referenceOf(live)), ready.problems, {
    id,
    outputs,
    inputs: newInputs,
  });
}

async function previewUpdate(
  cluster: Cluster,
  request: UpdateRequest,
  manifest: KubernetesObject,
): Promise<Properties> {
  try {
    const before = await cluster.client.find(referenceOf(manifest), { signal: cluster.signal });
    return outputsOf(await applyRepairing(cluster, manifest, before, request), request.newInputs);
  } catch (error) {
    if (error instanceof UnknownKindError) return expectedOutputs(request);
    throw error;
  }
}

/**
 * Applies; a conflict over drift is no conflict. Somebody who changes a field by hand becomes its manager. Once a
 * refresh has recorded the value, the program's own value is shown as a change, and making it is what was asked for.
 */
async function applyRepairing(
  cluster: Cluster,
  manifest: KubernetesObject,
  before: KubernetesObject | undefined,
  { oldInputs, newInputs, preview }: UpdateRequest,
): Promise<KubernetesObject> {
  const options = { inputs: newInputs.value, dryRun: preview };
  try {
    return await applyObject(cluster, manifest, options);
  } catch (error) {
    if (!(error instanceof FieldConflictError) || !before) throw error;
    if (!isRecordedDrift(error, before, oldInputs)) throw error;
    return await applyObject(cluster, manifest, { ...options, force: true });
  }
}

/** Whether those in conflict only changed the object by hand, and nothing did that the last refresh has not recorded. */
function isRecordedDrift(
  { conflicts }: FieldConflictError,
  live: KubernetesObject,
  recorded: Properties,
): boolean {
  const byHand = conflicts.every(({ manager }) =>
    (live.metadata.managedFields ?? [])
      .filter((fields) => fields.manager === manager)
      // A subresource, such as `scale`, is the way of controllers.
      .every(({ operation, subresource }) => operation === 'Update' && !subresource),
  );
  return byHand && differences(refreshedInputs(live, recorded).value, recorded.value).length === 0;
}

/** What is recorded, with the new inputs laid over it; for what can't be asked of the server. */
function expectedOutputs({ oldOutputs, newInputs }: UpdateRequest): Properties {
  const { value, secrets } = inputsAsOutputs(newInputs);
  const { status: _, ...recorded } = oldOutputs.value;
  return { value: overlay(recorded, value), secrets };
}

function overlay(below: PropertyMap, above: PropertyMap): PropertyMap {
  const result: PropertyMap = { ...below };
  for (const [name, value] of Object.entries(above)) {
    const known = result[name];
    result[name] = isMap(known) && isMap(value) ? overlay(known, value) : value;
  }
  return result;
}
