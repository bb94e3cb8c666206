import { capabilityNamespace } from '../../kit/naming.ts';
import type { ChartValues } from '../../kit/release.ts';
import { priorityClasses, resourceRequirements, topologySpread } from '../../kit/workload.ts';
import { workloadLabels, type WorkloadRole } from './operator.ts';
import type { CertManagerSettings } from './settings.ts';

/**
 * What differs from the chart's own values. Its pods are restricted as it comes, and it makes no network policies and
 * monitors unless it is told to.
 */
export function certManagerValues(settings: CertManagerSettings): ChartValues {
  return {
    // Definitions are the foundation's; with the chart they would go when it goes, and every certificate with them.
    crds: { enabled: false },
    global: {
      priorityClassName: priorityClasses.platform.name,
      // The chart's own choice is kube-system, which is nobody's of ours.
      leaderElection: { namespace: capabilityNamespace('certificates') },
    },
    // A hook that waits for the webhook: the gate does, and does it wherever the chart was rendered.
    startupapicheck: { enabled: false },
    ...workloadValues(settings, 'controller'),
    webhook: workloadValues(settings, 'webhook'),
    cainjector: workloadValues(settings, 'cainjector'),
  };
}

function workloadValues(settings: CertManagerSettings, role: WorkloadRole) {
  const { replicas, resources } = settings[role];
  return {
    replicaCount: replicas,
    resources: resourceRequirements(resources),
    podDisruptionBudget: { enabled: replicas > 1 },
    ...(replicas > 1 ? { topologySpreadConstraints: topologySpread(workloadLabels(role)) } : {}),
  };
}
