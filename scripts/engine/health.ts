/** How each capability is, as far as the cluster tells. */
import { keys, ownerHash } from '../../components/kit/naming.ts';
import type { KubernetesObject } from '../../lab/kubernetes/index.ts';
import type { EnvironmentState, StateResource } from './stack-state.ts';
import { capabilityOf, describeResource, leftOutOf, resourcesOf } from './standing.ts';
import { typesOf } from './urn.ts';

/**
 * - `accepted`: the API server holds every object as it should be. In a lab that is all there is to say, because no
 *   operator runs there.
 * - `reconciled`: beyond that, whoever looks after the objects says that they are ready.
 * - `unready`: some objects are not ready yet.
 * - `incomplete`: some objects are missing.
 * - `unknown`: the cluster was not asked, because it does not run.
 */
export type HealthState = 'accepted' | 'reconciled' | 'unready' | 'incomplete' | 'unknown';

/** How one capability is. */
export interface Health {
  state: HealthState;
  /** How many objects it consists of. */
  objects: number;
  /** In the state but not in the cluster. */
  missing: string[];
  /** In the cluster but not ready, with the reason where one is given. */
  unready: string[];
}

interface Condition {
  type: string;
  status: string;
  message?: string;
}

/**
 * Judges the objects of one capability.
 * @param found All objects of the environment in the cluster; undefined when it was not asked.
 */
export function healthOf(
  capability: string,
  state: EnvironmentState,
  found: readonly KubernetesObject[] | undefined,
  lab: boolean,
): Health {
  const resources = resourcesOf(state)
    .map(({ resource }) => resource)
    .filter((resource) => isObject(resource) && capabilityOf(resource) === capability);
  const health: Health = { state: 'unknown', objects: resources.length, missing: [], unready: [] };
  if (!found) return health;
  const byOwner = new Map(found.map((object) => [object.metadata.labels?.[keys.owner], object]));
  for (const resource of resources) {
    const object = byOwner.get(ownerHash(resource.urn));
    // What the lab leaves out is in no cluster, and said elsewhere.
    if (!object && leftOutOf(resource) !== 'true') health.missing.push(describeResource(resource));
    const reason = object && whyUnready(object, lab);
    if (reason) health.unready.push(`${describeResource(resource)}: ${reason}`);
  }
  if (health.missing.length > 0) health.state = 'incomplete';
  else if (health.unready.length > 0) health.state = 'unready';
  else health.state = lab ? 'accepted' : 'reconciled';
  return health;
}

function isObject({ urn }: StateResource): boolean {
  return typesOf(urn).at(-1)?.startsWith('kubernetes:') ?? false;
}

/** Workloads by their replicas; anything else, where controllers run, by what its conditions say. */
function whyUnready(object: KubernetesObject, lab: boolean): string | undefined {
  const status = (object.status ?? {}) as { conditions?: Condition[]; readyReplicas?: number };
  const spec = (object.spec ?? {}) as { replicas?: number };
  if (object.kind === 'Deployment' || object.kind === 'StatefulSet') {
    const [wanted, ready] = [spec.replicas ?? 1, status.readyReplicas ?? 0];
    return ready < wanted ? `${ready} of ${wanted} pods ready` : undefined;
  }
  if (lab) return undefined;
  const condition = status.conditions?.find(({ type }) => type === 'Ready');
  return condition && condition.status !== 'True' ? condition.message || 'not ready' : undefined;
}
