/** Compares what the cluster holds of an environment with what its states know. */
import { keys, ownerHash } from '../../components/kit/naming.ts';
import {
  KubernetesApiError,
  type KubernetesClient,
  type KubernetesObject,
  UnknownKindError,
} from '../../lab/kubernetes/index.ts';
import type { EnvironmentState, StateResource } from './stack-state.ts';
import { leftOutOf } from './standing.ts';

/** What was found. */
export interface Sweep {
  /** Objects of ours that a state knows. */
  known: readonly KubernetesObject[];
  /** Objects that carry our label and are in no state. */
  strays: readonly KubernetesObject[];
  /** Objects that a state knows and the cluster does not have: deleted by hand, or lost with the cluster's data. */
  missing: readonly StateResource[];
  /** Kinds that could not be listed, with the reason. */
  unseen: readonly { kind: string; reason: string }[];
}

/** Lists every kind that the cluster serves for objects that carry the environment's label. */
export async function sweep(
  client: KubernetesClient,
  environment: string,
  state: EnvironmentState,
  signal?: AbortSignal,
): Promise<Sweep> {
  const selection = { labelSelector: `${keys.environment}=${environment}`, signal };
  const unseen: { kind: string; reason: string }[] = [];
  const resources = await client.allResources();
  const lists = await Promise.all(
    resources.map(async ({ apiVersion, kind }) => {
      try {
        return await client.list({ apiVersion, kind }, selection);
      } catch (error) {
        // A definition may go between the two questions, and some kinds say they can be listed when they can't.
        if (error instanceof UnknownKindError) return [];
        if (error instanceof KubernetesApiError && [404, 405].includes(error.status)) return [];
        if (!(error instanceof KubernetesApiError)) throw error;
        unseen.push({ kind: `${apiVersion} ${kind}`, reason: error.message });
        return [];
      }
    }),
  );
  const resourcesInState = [...state.values()].flat();
  const owners = ownersOf(resourcesInState);
  const found = lists.flat().filter((object) => !isDerived(object, owners));
  const present = new Set(found.map(ownerOf));
  const unseenKinds = new Set(unseen.map(({ kind }) => kind.split(' ')[1]));
  const isMissing = (one: StateResource) =>
    isInCluster(one) && !present.has(ownerHash(one.urn)) && !unseenKinds.has(one.type.split(':').at(-1));
  return {
    missing: resourcesInState.filter(isMissing),
    known: found.filter((object) => owners.has(ownerOf(object))),
    strays: found.filter((object) => !owners.has(ownerOf(object))),
    unseen,
  };
}

/** Whether a resource stands for an object that the cluster should have. */
function isInCluster(resource: StateResource): boolean {
  return resource.type.startsWith('kubernetes:') && leftOutOf(resource) !== 'true';
}

/** The owner labels that the resources of a state put on their objects, with the kind of each object. */
function ownersOf(resources: readonly StateResource[]): ReadonlyMap<string, string> {
  return new Map(resources.map(({ urn, type }) => [ownerHash(urn), type.split(':').at(-1) ?? '']));
}

/**
 * Whether a controller made the object and copied the labels of ours: slices of a Service's endpoints and their
 * like. Such copies come and go with what they were copied from.
 */
function isDerived(object: KubernetesObject, owners: ReadonlyMap<string, string>): boolean {
  if ((object.metadata.ownerReferences ?? []).length > 0) return true;
  const kind = owners.get(ownerOf(object));
  return object.kind === 'Endpoints' || (kind !== undefined && kind !== object.kind);
}

function ownerOf(object: KubernetesObject): string {
  return object.metadata.labels?.[keys.owner] ?? '';
}
