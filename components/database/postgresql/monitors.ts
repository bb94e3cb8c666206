import type * as pulumi from '@pulumi/pulumi';
import { alertRules, podMonitor, type PodMonitorOptions } from '../../kit/monitoring.ts';
import type { Scope } from '../../kit/scope.ts';
import { postgresqlAlerts } from './alerts.ts';
import {
  hostOf,
  operatorLabels,
  operatorNamespace,
  podLabelsOf,
  poolerOf,
  secretsOf,
  servicesOf,
} from './names.ts';
import { operatorName } from './operators.ts';
import type { PostgresqlSettings } from './settings.ts';

/** Emits monitors of everything that has metrics, and the alerts. */
export function emitMonitors(scope: Scope<PostgresqlSettings>, after: readonly pulumi.Resource[]): void {
  for (const monitor of monitorsOf(scope.settings))
    podMonitor(scope, `monitor-${monitor.name}`, monitor, after);
  alertRules(scope, 'alerts', 'database', postgresqlAlerts(scope.settings), after);
}

/** The operator would make monitors of its own; its release is to be the last that can. */
function monitorsOf({ name, pooler }: PostgresqlSettings): PodMonitorOptions[] {
  const labels = podLabelsOf(name);
  const services = servicesOf(name);
  const tls = (service: string) => ({ secretName: secretsOf(name).server, serverName: hostOf(service) });
  const pool = {
    name: poolerOf(name),
    podLabels: labels.pooler,
    port: 'metrics',
    tls: tls(services.pooled),
  };
  return [
    { name, podLabels: labels.instances, port: 'metrics', tls: tls(services.readWrite) },
    { name: operatorName, namespace: operatorNamespace, podLabels: operatorLabels, port: 'metrics' },
    ...(pooler.replicas > 0 ? [pool] : []),
  ];
}
