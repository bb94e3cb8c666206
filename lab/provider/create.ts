import { setTimeout as delay } from 'node:timers/promises';
import {
  type ApiResource,
  describeObject,
  isNotFound,
  KubernetesApiError,
  type KubernetesObject,
  referenceOf,
  UnknownKindError,
} from '../kubernetes/index.ts';
import { labelOf, ownerLabel } from './annotations.ts';
import { applyObject } from './apply.ts';
import { type Cluster, namespaceExists, namespaceFor } from './cluster.ts';
import { waitUntilGone } from './delete.ts';
import { InitializationError } from './errors.ts';
import { idOf } from './ids.ts';
import { isLeftOut, markLeftOut } from './left-out.ts';
import { manifestOf } from './manifest.ts';
import { inputsAsOutputs, outputsOf, previewOutputs } from './outputs.ts';
import { containsUnknown, isMap, type Properties, type PropertyMap } from './property-values.ts';
import { awaitReadiness } from './readiness/index.ts';

/** A resource to be made. */
export interface CreateRequest {
  urn: string;
  inputs: Properties;
  /** Only tell what would come of it. */
  preview: boolean;
  /** The program's `customTimeouts.create`, in seconds; 0 when there is none. */
  timeoutSeconds: number;
}

/** What became of it. */
export interface CreateResult {
  id: string;
  outputs: Properties;
}

/** For how long a kind may be unknown before its objects are given up, in milliseconds: its definition may be young. */
const unknownKindBoundMs = 10_000;

/**
 * Makes the object of a resource and waits until it is ready. An object that exists is refused as somebody else's,
 * unless it carries the resource's own owner label: then an earlier run made it and did not live to tell.
 * @throws {InitializationError} the object exists but did not get ready
 */
export async function createResource(cluster: Cluster, request: CreateRequest): Promise<CreateResult> {
  const { inputs, preview, urn } = request;
  if (isLeftOut(inputs.value)) return leftOutResult(request);
  if (preview) return await previewCreate(cluster, request);

  const resource = await resourceOf(cluster, inputs.value, unknownKindBoundMs);
  const namespace = namespaceFor(cluster, resource, inputs.value);
  const manifest = manifestOf(inputs.value, namespace);
  await makeWay(cluster, manifest, request);
  const live = await applyObject(cluster, manifest, { inputs: inputs.value });
  const id = idOf(namespace, manifest.metadata.name);
  const ready = await awaitReadiness(cluster, {
    urn,
    live,
    inputs: inputs.value,
    timeoutSeconds: request.timeoutSeconds,
  });
  const outputs = outputsOf(ready.object, inputs);
  if (ready.problems.length > 0) {
    throw new InitializationError(describeObject(referenceOf(live)), ready.problems, { id, outputs, inputs });
  }
  return { id, outputs };
}

async function previewCreate(cluster: Cluster, { urn, inputs }: CreateRequest): Promise<CreateResult> {
  const unjudged = { id: '', outputs: inputsAsOutputs(inputs) };
  if (containsUnknown(inputs.value)) return unjudged;
  let resource: ApiResource;
  try {
    resource = await resourceOf(cluster, inputs.value, 0);
  } catch (error) {
    if (error instanceof UnknownKindError) return unjudged;
    throw error;
  }
  const namespace = namespaceFor(cluster, resource, inputs.value);
  if (namespace !== undefined && !(await namespaceExists(cluster, namespace))) return unjudged;
  const manifest = manifestOf(inputs.value, namespace);
  // The object that is about to be deleted is still there and would be judged instead of its successor.
  if (cluster.replacing.has(urn)) return unjudged;
  const existing = await cluster.client.find(referenceOf(manifest));
  if (existing) refuseForeign(cluster, existing, inputs.value);
  try {
    const dryRun = await applyObject(cluster, manifest, { inputs: inputs.value, dryRun: true });
    return { id: '', outputs: previewOutputs(dryRun, inputs) };
  } catch (error) {
    // Its service account, its priority class and the like may be made by the same update.
    if (isNotFound(error) || (error instanceof KubernetesApiError && /not found/.test(error.message)))
      return unjudged;
    throw error;
  }
}

/** How a kind is addressed, waiting for a definition that was made a moment ago. */
async function resourceOf(cluster: Cluster, inputs: PropertyMap, boundMs: number): Promise<ApiResource> {
  const started = performance.now();
  for (;;) {
    try {
      return await cluster.client.resourceFor(String(inputs.apiVersion), String(inputs.kind));
    } catch (error) {
      if (!(error instanceof UnknownKindError) || performance.now() - started > boundMs) throw error;
      await delay(250, undefined, { signal: cluster.signal });
    }
  }
}

/** Makes sure that the object may be applied: there is none, or it is this resource's own. */
async function makeWay(cluster: Cluster, manifest: KubernetesObject, request: CreateRequest): Promise<void> {
  const reference = referenceOf(manifest);
  const existing = await cluster.client.find(reference);
  if (!existing) return;
  if (existing.metadata.deletionTimestamp) {
    cluster.log.progress(request.urn, `${describeObject(reference)} is still being deleted`);
    await waitUntilGone(cluster, request.urn, reference, existing, request);
    return;
  }
  refuseForeign(cluster, existing, request.inputs.value);
}

/** @throws {Error} when an object is somebody else's */
export function refuseForeign(cluster: Cluster, existing: KubernetesObject, inputs: PropertyMap): void {
  const owner = labelOf(inputs, ownerLabel);
  const { labels, deletionTimestamp } = existing.metadata;
  if (owner !== undefined && labels?.[ownerLabel] === owner) return;
  if (cluster.settings.upsertExistingObjects || deletionTimestamp) return;
  const holder = labels?.[ownerLabel];
  throw new Error(
    `${describeObject(referenceOf(existing))} exists already and is not this resource's own` +
      (holder === undefined ? '' : ` (its ${ownerLabel} label is "${holder}")`) +
      '. Give the resource another name, delete the object, or take it over with the resource option `import`.',
  );
}

function leftOutResult({ inputs }: CreateRequest): CreateResult {
  const { metadata } = inputs.value;
  const name = isMap(metadata) && typeof metadata.name === 'string' ? metadata.name : '';
  const outputs = inputsAsOutputs(inputs);
  return { id: name, outputs: { ...outputs, value: markLeftOut(outputs.value, 'true') } };
}
