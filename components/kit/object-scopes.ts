import type { CustomKind } from './kinds.ts';
import { isClusterScoped, type Manifest } from './manifest.ts';

/** Namespaced kinds of Kubernetes itself that releases come with, by API group. */
const namespacedKinds: Readonly<Record<string, readonly string[]>> = {
  '': [
    'ConfigMap',
    'Endpoints',
    'LimitRange',
    'PersistentVolumeClaim',
    'Pod',
    'ReplicationController',
    'ResourceQuota',
    'Secret',
    'Service',
    'ServiceAccount',
  ],
  apps: ['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'],
  autoscaling: ['HorizontalPodAutoscaler'],
  batch: ['CronJob', 'Job'],
  'coordination.k8s.io': ['Lease'],
  'discovery.k8s.io': ['EndpointSlice'],
  'networking.k8s.io': ['Ingress', 'NetworkPolicy'],
  policy: ['PodDisruptionBudget'],
  'rbac.authorization.k8s.io': ['Role', 'RoleBinding'],
};

/**
 * Whether an object lives in a namespace; undefined when its kind is neither one of Kubernetes nor among those that
 * are declared.
 */
export function scopeOf(
  { apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>,
  declared: readonly CustomKind[],
): 'namespaced' | 'cluster' | undefined {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const custom = declared.find((one) => one.group === group && one.kind === kind);
  if (custom) return custom.namespaced ? 'namespaced' : 'cluster';
  if (namespacedKinds[group]?.includes(kind)) return 'namespaced';
  return isClusterScoped(kind) ? 'cluster' : undefined;
}
