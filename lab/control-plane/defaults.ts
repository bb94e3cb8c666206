/** The objects that a managed cluster would bring along: rights for the simulator, a storage class. */
import type { KubernetesClient, KubernetesObject } from '../kubernetes/index.ts';

/** The storage class that claims without one get. */
export const defaultStorageClass = 'standard';

/** What a claim's storage class must name so that the lab provides a volume. */
export const storageProvisioner = 'kubernetes.io/host-path';

const simulatorRole: KubernetesObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'ninefold:kwok' },
  rules: [
    { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch', 'patch'] },
    {
      apiGroups: [''],
      resources: ['nodes/status', 'pods/status', 'services/status'],
      verbs: ['patch', 'update'],
    },
    { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch', 'patch', 'delete'] },
    { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: ['create', 'patch', 'update'] },
    { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: ['networking.k8s.io'], resources: ['ingresses/status'], verbs: ['patch', 'update'] },
    {
      apiGroups: ['coordination.k8s.io'],
      resources: ['leases'],
      verbs: ['get', 'list', 'watch', 'create', 'patch', 'update'],
    },
  ],
};

const simulatorBinding: KubernetesObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'ninefold:kwok' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'ninefold:kwok' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'ninefold:kwok' }],
};

const storageClass: KubernetesObject = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: {
    name: defaultStorageClass,
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
  },
  provisioner: storageProvisioner,
  volumeBindingMode: 'Immediate',
  reclaimPolicy: 'Delete',
};

/** Applies what every lab has. */
export async function applyDefaults(client: KubernetesClient): Promise<void> {
  const options = { fieldManager: 'ninefold-lab', force: true };
  await Promise.all(
    [simulatorRole, simulatorBinding, storageClass].map((object) => client.apply(object, options)),
  );
}
