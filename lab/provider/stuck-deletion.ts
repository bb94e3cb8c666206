import * as z from 'zod';
import {
  describeObject,
  type KubernetesClient,
  type KubernetesObject,
  type ObjectReference,
} from '../kubernetes/index.ts';
import { groupOf } from './resource-types.ts';

/** Who clears the finalizers that Kubernetes itself sets. */
const ownFinalizers: Record<string, string> = {
  foregroundDeletion: 'the garbage collector, once every dependent that blocks its owner is gone',
  orphan: 'the garbage collector, once the dependents have no owner any more',
  'kubernetes.io/pvc-protection': 'the controller manager, once no pod uses the claim',
  'kubernetes.io/pv-protection': 'the controller manager, once no claim is bound to the volume',
  'batch.kubernetes.io/job-tracking': 'the job controller, once it has counted the pod',
  'service.kubernetes.io/load-balancer-cleanup': 'the cloud controller, once the load balancer is gone',
  'customresourcecleanup.apiextensions.k8s.io': 'the API server, once every object of the kind is gone',
};

/** Says why an object does not go, who would let it go, and what to do: never just that time is up. */
export async function explainStuckDeletion(
  client: KubernetesClient,
  reference: ObjectReference,
  object: KubernetesObject,
  waitedMs: number,
): Promise<string> {
  const head = `${describeObject(reference)} is still there ${waitedMs / 1000} s after its deletion.`;
  const finalizers = object.metadata.finalizers ?? [];
  const { plural } = await client.resourceFor(reference.apiVersion, reference.kind);
  if (reference.kind === 'Namespace' && reference.apiVersion === 'v1') {
    return [head, ...terminationConditions(object), 'Delete what remains in it, then run again.'].join('\n');
  }
  if (finalizers.length === 0) {
    return `${head}\nIt has no finalizers: its kubelet has not confirmed that it stopped. Run again in a while.`;
  }
  const group = groupOf(reference.apiVersion);
  const target = [
    `${group === '' ? plural : `${plural}.${group}`} ${reference.name}`,
    ...(reference.namespace === undefined ? [] : [`--namespace ${reference.namespace}`]),
  ].join(' ');
  return [
    head,
    ...terminationConditions(object),
    ...finalizers.map((finalizer) => `  finalizer ${finalizer}: cleared by ${clearedBy(finalizer)}`),
    'If nobody is left to clear them, clear them by hand and run again:',
    `  kubectl patch ${target} --type=merge --patch '{"metadata":{"finalizers":null}}'`,
  ].join('\n');
}

function clearedBy(finalizer: string): string {
  const own = ownFinalizers[finalizer];
  if (own !== undefined) return own;
  const domain = finalizer.split('/')[0];
  return `the controller of ${domain} (an operator, which does not run in the lab)`;
}

const conditionsSchema = z.looseObject({
  status: z.looseObject({
    conditions: z.array(
      z.looseObject({ type: z.string(), status: z.string(), message: z.string().default('') }),
    ),
  }),
});

/** What namespaces and definitions tell about their own end. */
function terminationConditions(object: KubernetesObject): string[] {
  const parsed = conditionsSchema.safeParse(object);
  const conditions = parsed.success ? parsed.data.status.conditions : [];
  return conditions
    .filter(
      ({ type, status, message }) =>
        status === 'True' && message !== '' && /Terminating|Namespace/.test(type),
    )
    .map(({ message }) => `  ${message}`);
}
