import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import { allowScraping } from '../../kit/monitoring.ts';
import { allowKubernetesApi, networkPolicy } from '../../kit/network.ts';
import type { Scope } from '../../kit/scope.ts';
import { workloadLabels, workloadRoles, workloads } from './operator.ts';
import type { CertManagerSettings } from './settings.ts';

/** Emits who may talk with cert-manager: it asks the API server, which asks the webhook; metrics are scraped. */
export function emitNetwork(scope: Scope<CertManagerSettings>): KubernetesObject[] {
  const { apiServer } = scope.plan.environment.cluster;
  const asked = workloadRoles.flatMap((role) => {
    const pods = workloadLabels(role);
    const { name } = workloads[role];
    return [
      scope.object(`network-${role}-api`, allowKubernetesApi(name, pods, apiServer)),
      scope.object(`network-${role}-metrics`, allowScraping(`${name}-metrics`, pods, 9402)),
    ];
  });
  const webhook = networkPolicy({
    name: 'cert-manager-webhook',
    pods: workloadLabels('webhook'),
    from: { peers: apiServer.cidrs.map((cidr) => ({ cidr })), ports: [10250] },
  });
  return [...asked, scope.object('network-webhook', webhook)];
}
