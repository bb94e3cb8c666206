import type * as pulumi from '@pulumi/pulumi';
import { type Alert, alertRules, podMonitor } from '../../kit/monitoring.ts';
import type { Scope } from '../../kit/scope.ts';
import { kafkaAlerts } from './alerts.ts';
import { podLabels } from './names.ts';
import { registryMetricsTls } from './registry.ts';
import type { KafkaSettings } from './settings.ts';

/** What is scraped: name, pods, and the name of the container port. */
const monitors = [
  { name: 'kafka', podLabels: podLabels.nodes, port: 'tcp-prometheus' },
  { name: 'kafka-exporter', podLabels: podLabels.exporter, port: 'tcp-prometheus' },
  { name: 'entity-operator', podLabels: podLabels.entityOperator, port: 'healthcheck' },
  { name: 'strimzi', podLabels: podLabels.operator, port: 'http' },
  { name: 'schema-registry', podLabels: podLabels.registry, port: 'management', tls: registryMetricsTls },
] as const;

/** Emits monitors of everything that has metrics, and the alerts. */
export function emitMonitors(scope: Scope<KafkaSettings>, after: readonly pulumi.Resource[]): void {
  for (const monitor of monitors) podMonitor(scope, `monitor-${monitor.name}`, monitor, after);
  const alerts: readonly Alert[] = kafkaAlerts(scope.settings);
  alertRules(scope, 'alerts', 'streaming', alerts, after);
}
