import { allowScraping } from '../../kit/monitoring.ts';
import { allowKubernetesApi, networkPolicy } from '../../kit/network.ts';
import type { Scope } from '../../kit/scope.ts';
import { workloadLabels, workloadRoles, workloads } from './operator.ts';
import type { CertManagerSettings } from './settings.ts';

/** Emits who may talk with cert-manager: it asks the API server, which asks the webhook; metrics are scraped. */
export function emitNetwork(scope: Scope<CertManagerSettings>): void {
  const { apiServer } = scope.plan.environment.cluster;
  for (const role of workloadRoles) {
    const pods = workloadLabels(role);
    const { name } = workloads[role];
    scope.object(`network-${role}-api`, allowKubernetesApi(name, pods, apiServer));
    scope.object(`network-${role}-metrics`, allowScraping(`${name}-metrics`, pods, 9402));
  }
  scope.object(
    'network-webhook',
    networkPolicy({
      name: 'cert-manager-webhook',
      pods: workloadLabels('webhook'),
      from: { peers: apiServer.cidrs.map((cidr) => ({ cidr })), ports: [10250] },
    }),
  );
}
