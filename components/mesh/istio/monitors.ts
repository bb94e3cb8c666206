import type * as pulumi from '@pulumi/pulumi';
import { type Alert, alertRules, podMonitor } from '../../kit/monitoring.ts';
import type { Scope } from '../../kit/scope.ts';
import { nodesNamespace, workloads } from './names.ts';
import type { IstioSettings } from './settings.ts';

/** Alerts over the metrics of the control plane and of the nodes. */
export const meshAlerts: readonly Alert[] = [
  {
    name: 'MeshControlPlaneAbsent',
    expression: 'absent(up{job=~".*istiod"} == 1)',
    lasting: '5m',
    severity: 'page',
    summary: 'No istiod answers: proxies go on with what they know, and certificates end within a day.',
    action: 'Look at the pods of the namespace ninefold-mesh and at istiod’s last log lines.',
  },
  {
    name: 'MeshConfigurationRejected',
    expression: 'sum by (type) (rate(pilot_total_xds_rejects[10m])) > 0',
    lasting: '15m',
    severity: 'ticket',
    summary: 'Proxies refuse the {{ $labels.type }} that istiod sends them, and stay with the former.',
    action: 'Run "istioctl proxy-status", then read the log of a proxy that is marked as rejecting.',
  },
  {
    name: 'MeshConfigurationSlow',
    expression: 'histogram_quantile(0.99, sum by (le) (rate(pilot_proxy_convergence_time_bucket[10m]))) > 30',
    lasting: '15m',
    severity: 'ticket',
    summary: 'A change takes more than thirty seconds to reach the proxies.',
    action: 'Look at istiod’s processor and memory; raise its replicas or its resources.',
  },
  {
    name: 'MeshValidationFailing',
    expression: 'sum by (reason) (rate(galley_validation_failed[15m])) > 0',
    lasting: '30m',
    severity: 'ticket',
    summary: 'Somebody keeps sending objects that istiod refuses: {{ $labels.reason }}.',
    action: 'Find the sender in the API server’s audit log; the reason is in the answer that it gets.',
  },
  {
    name: 'MeshNodeProxyAbsent',
    expression: 'count(up{job=~".*ztunnel"} == 0) > 0',
    lasting: '5m',
    severity: 'page',
    summary: 'On {{ $value }} nodes no ztunnel answers: pods of the mesh there reach nobody.',
    action: 'Look at the pods of the namespace ninefold-mesh-nodes that are not ready.',
  },
  {
    name: 'MeshNodeAgentAbsent',
    expression: 'count(up{job=~".*istio-cni-node"} == 0) > 0',
    lasting: '10m',
    severity: 'page',
    summary: 'On {{ $value }} nodes the agent does not answer: new pods there do not join the mesh.',
    action: 'Look at the pods of the namespace ninefold-mesh-nodes that are not ready.',
  },
  {
    name: 'MeshAuthorityEndsSoon',
    expression: 'citadel_server_root_cert_expiry_timestamp - time() < 90 * 24 * 3600',
    lasting: '1h',
    severity: 'ticket',
    summary: 'The authority that signs for every identity of the mesh ends in less than ninety days.',
    action: 'Change the root as the page of the mesh describes, while both roots are trusted.',
  },
];

/** Emits monitors and alerts. The charts make none. */
export function emitMonitors(scope: Scope<IstioSettings>, after: readonly pulumi.Resource[]): void {
  const { controlPlane, nodeAgent, nodeProxy } = workloads;
  podMonitor(
    scope,
    'monitor-control-plane',
    { name: controlPlane.name, podLabels: controlPlane.selector, port: 'http-monitoring' },
    after,
  );
  podMonitor(
    scope,
    'monitor-node-agent',
    { name: nodeAgent.name, namespace: nodesNamespace, podLabels: nodeAgent.selector, port: 'metrics' },
    after,
  );
  if (scope.settings.dataPlane === 'ambient') {
    podMonitor(
      scope,
      'monitor-node-proxy',
      {
        name: nodeProxy.name,
        namespace: nodesNamespace,
        podLabels: nodeProxy.selector,
        port: 'ztunnel-stats',
        path: '/stats/prometheus',
      },
      after,
    );
  }
  const alerts = meshAlerts.filter(
    ({ name }) => scope.settings.dataPlane === 'ambient' || name !== 'MeshNodeProxyAbsent',
  );
  alertRules(scope, 'alerts', 'mesh', alerts, after);
}
