import * as kubernetes from '@pulumi/kubernetes';
import type { ClusterSettings } from './cluster-settings.ts';

/**
 * The Kubernetes provider of one stack. A lab is reached through $KUBECONFIG, so that no path of this machine
 * enters the state.
 */
export function clusterProvider(
  name: string,
  cluster: ClusterSettings,
  options: { adoptExisting?: boolean } = {},
): kubernetes.Provider {
  return new kubernetes.Provider(name, {
    ...(cluster.kind === 'existing'
      ? { context: cluster.context, ...(cluster.kubeconfig ? { kubeconfig: cluster.kubeconfig } : {}) }
      : {}),
    enableServerSideApply: true,
    // What the program says of a field holds: a change by hand is repaired instead of reported as a conflict.
    enablePatchForce: true,
    ...(options.adoptExisting ? { upsertExistingObjects: true } : {}),
  });
}
