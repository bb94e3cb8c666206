import type * as pulumi from '@pulumi/pulumi';
import { type Alert, alertRules, podMonitor } from '../../kit/monitoring.ts';
import type { Scope } from '../../kit/scope.ts';
import { gatewayPodLabels, gatewayWorkload } from './names.ts';
import type { GatewaySettings } from './settings.ts';

const requests = `istio_requests_total{source_workload="${gatewayWorkload}"`;

/** Alerts over the metrics of the gateway. */
export const gatewayAlerts: readonly Alert[] = [
  {
    name: 'GatewayAbsent',
    expression: `absent(up{job=~".*gateway"} == 1)`,
    lasting: '2m',
    severity: 'page',
    summary: 'No gateway answers: nobody outside reaches anything.',
    action: 'Look at the pods of the namespace ninefold-gateway and at the conditions of the Gateway.',
  },
  {
    name: 'GatewayFailing',
    expression: `sum(rate(${requests},response_code=~"5.."}[5m])) / sum(rate(${requests}}[5m])) > 0.05`,
    lasting: '5m',
    severity: 'page',
    summary: 'More than one request in twenty that comes through the gateway fails.',
    action:
      'Find the route in the gateway’s access log; response_flags say whether the service or the way to it fails.',
  },
];

/** Emits the monitor and the alerts. */
export function emitMonitors(scope: Scope<GatewaySettings>, after: readonly pulumi.Resource[]): void {
  podMonitor(
    scope,
    'monitor',
    { name: 'gateway', podLabels: gatewayPodLabels, port: 'metrics', path: '/stats/prometheus' },
    after,
  );
  alertRules(scope, 'alerts', 'gateway', gatewayAlerts, after);
}
