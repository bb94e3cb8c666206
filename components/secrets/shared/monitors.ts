import type * as pulumi from '@pulumi/pulumi';
import { alertRules, podMonitor } from '../../kit/monitoring.ts';
import type { Scope } from '../../kit/scope.ts';
import { secretsAlerts } from './alerts.ts';
import { workloadLabels, workloadRoles, workloads } from './external-secrets.ts';
import { secretsNamespace, serverCertificate } from './names.ts';
import { podLabels, type Product } from './product.ts';
import type { SecretsSettings } from './settings.ts';

/** Emits monitors of everything that has metrics, and the alerts. */
export function emitMonitors(
  scope: Scope<SecretsSettings>,
  product: Product,
  after: readonly pulumi.Resource[],
): void {
  const server = {
    name: 'server',
    podLabels: podLabels(product),
    port: 'metrics',
    path: '/v1/sys/metrics',
    parameters: { format: ['prometheus'] },
    tls: { secretName: serverCertificate, serverName: `${product.name}.${secretsNamespace}.svc` },
  };
  podMonitor(scope, 'monitor-server', server, after);
  for (const role of workloadRoles) {
    const { name } = workloads[role];
    podMonitor(scope, `monitor-${name}`, { name, podLabels: workloadLabels(role), port: 'metrics' }, after);
  }
  alertRules(scope, 'alerts', 'secrets', secretsAlerts(scope.settings), after);
}
