import {
  describeObject,
  type KubernetesObject,
  type ObjectReference,
  UnknownKindError,
} from '../kubernetes/index.ts';
import { annotationNames, annotationOf, leftOutAnnotation } from './annotations.ts';
import type { Cluster } from './cluster.ts';
import { referenceOfResource } from './ids.ts';
import { waitForObject } from './object-waits.ts';
import { isMap, type Properties, type PropertyMap } from './property-values.ts';
import { isCustom } from './resource-types.ts';
import { explainStuckDeletion } from './stuck-deletion.ts';
import { timeoutOf } from './timeouts.ts';

/** A resource to be deleted. */
export interface DeleteRequest {
  id: string;
  urn: string;
  /** As last recorded. */
  outputs: Properties;
  inputs: Properties;
  /** The program's `customTimeouts.delete`, in seconds; 0 when there is none. */
  timeoutSeconds: number;
}

/**
 * Deletes the object of a resource and waits until it is gone, for a bounded time. An object of the same name that was
 * made since is left alone.
 * @throws {Error} when it does not go: its finalizers, who would clear them, and what to do
 */
export async function deleteResource(cluster: Cluster, request: DeleteRequest): Promise<void> {
  const { id, urn, outputs } = request;
  if (annotationOf(outputs.value, leftOutAnnotation) === 'true') return;
  const reference = referenceOfResource(id, urn, outputs.value);
  const uid = isMap(outputs.value.metadata) ? outputs.value.metadata.uid : undefined;
  try {
    const existing = await cluster.client.find(reference);
    if (!existing || (typeof uid === 'string' && existing.metadata.uid !== uid)) return;
    const remaining = await cluster.client.delete(reference, {
      propagationPolicy: propagationPolicy(reference, request),
      uid: existing.metadata.uid,
    });
    if (remaining) await waitUntilGone(cluster, urn, reference, existing, request);
  } catch (error) {
    // Without its kind there is no object either.
    if (!(error instanceof UnknownKindError)) throw error;
  }
}

/** Waits until this very object (not a successor of its name) is gone. @throws {Error} when it does not go in time */
export async function waitUntilGone(
  cluster: Cluster,
  urn: string,
  reference: ObjectReference,
  object: KubernetesObject,
  request: { inputs: Properties; timeoutSeconds: number },
): Promise<void> {
  const timeoutMs = timeoutOf('delete', request.inputs.value, request.timeoutSeconds);
  let last = object;
  const waited = await waitForObject(cluster, reference, {
    timeoutMs,
    judge: (state) => {
      if (!state || state.metadata.uid !== object.metadata.uid) return true;
      last = state;
      return undefined;
    },
    onStillWaiting: (_, elapsedMs) => {
      if (elapsedMs < 1000) return;
      const finalizers = last.metadata.finalizers?.join(', ') || 'none';
      cluster.log.progress(
        urn,
        `${describeObject(reference)} is still being deleted after ${Math.round(elapsedMs / 1000)} s (finalizers: ${finalizers})`,
      );
    },
  });
  if (waited.outcome === 'done') return;
  if (waited.outcome === 'cancelled')
    throw new Error(`Cancelled while ${describeObject(reference)} was being deleted.`);
  throw new Error(await explainStuckDeletion(cluster.client, reference, last, timeoutMs));
}

type PropagationPolicy = 'Background' | 'Foreground' | 'Orphan';
const policies: Record<string, PropagationPolicy> = {
  background: 'Background',
  foreground: 'Foreground',
  orphan: 'Orphan',
};

/** Operators recreate what a foreground deletion of their object removes first, so theirs go in the background. */
function propagationPolicy(
  reference: ObjectReference,
  { inputs, outputs }: DeleteRequest,
): PropagationPolicy {
  const wanted = (properties: PropertyMap) =>
    annotationOf(properties, annotationNames.deletionPropagationPolicy)?.toLowerCase();
  const policy = policies[wanted(inputs.value) ?? wanted(outputs.value) ?? ''];
  return policy ?? (isCustom(reference.apiVersion) ? 'Background' : 'Foreground');
}
