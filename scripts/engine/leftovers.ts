/** What is left in the cluster after everything was taken down. */
import { setTimeout as delay } from 'node:timers/promises';
import { keys, ownerHash } from '../../components/kit/naming.ts';
import {
  describeObject,
  isNotFound,
  type KubernetesClient,
  type KubernetesObject,
  referenceOf,
} from '../../lab/kubernetes/index.ts';
import { explainStuckDeletion } from '../../lab/provider/stuck-deletion.ts';
import type { EnvironmentState } from './stack-state.ts';
import { resourcesOf } from './standing.ts';
import { sweep } from './sweep.ts';

/** How long what is being deleted may take to go, in milliseconds: as long as the lab's provider waits for one object. */
const patienceMs = 1000 * (Number(process.env.NINEFOLD_DELETE_TIMEOUT_SECONDS) || 60);

/** How often the cluster is looked at, in milliseconds. */
const pollMs = 250;

/** Something of ours is still there. The message names it and what to do. */
export class LeftoverError extends Error {
  override readonly name = 'LeftoverError';
}

/** What to look for. */
export interface LeftoverOptions {
  client: KubernetesClient;
  environment: string;
  /** The states before everything was taken down: they say what is retained on purpose. */
  before: EnvironmentState;
  /** The states now. */
  after: EnvironmentState;
  /**
   * Whether to delete what no state knows. Only a lab can be sure that nobody else counts on it: there, such objects
   * are what a killed run had made before its state was written.
   */
  remove: boolean;
  signal: AbortSignal;
}

/** What remains on purpose, and what had to be cleared. */
export interface Leftovers {
  retained: string[];
  removed: string[];
  unseen: readonly { kind: string; reason: string }[];
}

/** Kinds that hold others; they go after what they hold, definitions last. */
const stages: readonly ((object: KubernetesObject) => boolean)[] = [
  ({ kind }) => kind !== 'Namespace' && kind !== 'CustomResourceDefinition',
  ({ kind }) => kind === 'Namespace',
  ({ kind }) => kind === 'CustomResourceDefinition',
];

/**
 * Waits until nothing of the environment is left but what is retained.
 * @throws LeftoverError when something stays
 */
export async function clearLeftovers(options: LeftoverOptions): Promise<Leftovers> {
  const { client, environment, after, remove, signal } = options;
  const retainedOwners = new Set(
    resourcesOf(options.before)
      .filter(({ resource }) => resource.retainOnDelete)
      .map(({ resource }) => ownerHash(resource.urn)),
  );
  const isRetained = (object: KubernetesObject) =>
    retainedOwners.has(object.metadata.labels?.[keys.owner] ?? '');
  const removed = new Set<string>();
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const { strays, unseen } = await sweep(client, environment, after, signal);
    const left = strays.filter((object) => !isRetained(object));
    if (left.length === 0) {
      const retained = strays.map((object) => describeObject(referenceOf(object)));
      return { retained, removed: [...removed], unseen };
    }
    const staying = left.filter((object) => object.metadata.deletionTimestamp === undefined);
    if (staying.length > 0 && !remove) throw foreignLeftovers(staying);
    if (performance.now() > deadline) throw await stuckLeftovers(client, left);
    const stage = stages.find((belongs) => left.some(belongs));
    for (const object of staying.filter((one) => stage?.(one))) {
      removed.add(describeObject(referenceOf(object)));
      await client.delete(referenceOf(object), { uid: object.metadata.uid, signal });
    }
    await delay(pollMs, undefined, { signal });
  }
}

function foreignLeftovers(objects: readonly KubernetesObject[]): LeftoverError {
  return new LeftoverError(
    [
      'These objects carry our label but no state knows them, so they were left alone:',
      ...objects.map((object) => `  ${describeObject(referenceOf(object))}`),
      'Delete them by hand if nobody needs them.',
    ].join('\n'),
  );
}

async function stuckLeftovers(
  client: KubernetesClient,
  objects: readonly KubernetesObject[],
): Promise<LeftoverError> {
  const explanations = await Promise.all(
    objects.map(async (object) => {
      try {
        return await explainStuckDeletion(client, referenceOf(object), object, patienceMs);
      } catch (error) {
        if (isNotFound(error)) return '';
        throw error;
      }
    }),
  );
  return new LeftoverError(explanations.filter((text) => text !== '').join('\n'));
}
