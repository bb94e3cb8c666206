import type * as pulumi from '@pulumi/pulumi';
import { type Alert, alertRules, podMonitor } from '../../kit/monitoring.ts';
import type { Scope } from '../../kit/scope.ts';
import { workloadLabels, workloadRoles, workloads } from './operator.ts';
import type { CertManagerSettings } from './settings.ts';

/** Alerts over the metrics that the controller exposes. */
export const certManagerAlerts: readonly Alert[] = [
  {
    name: 'CertificateControllerAbsent',
    expression: 'absent(up{job=~".*cert-manager"} == 1)',
    lasting: '10m',
    severity: 'page',
    summary: 'No cert-manager controller answers: nothing is issued or renewed.',
    action: 'Look at the pods of the namespace ninefold-certificates and at the controller’s last log lines.',
  },
  {
    name: 'CertificateNotReady',
    expression:
      'max by (exported_namespace, namespace, name) (certmanager_certificate_ready_status{condition!="True"} == 1)',
    lasting: '15m',
    severity: 'ticket',
    summary:
      'Certificate {{ $labels.exported_namespace }}/{{ $labels.name }} has not been ready for 15 minutes.',
    action:
      'Describe the Certificate and its newest CertificateRequest; the reason stands in their conditions.',
  },
  {
    name: 'CertificateExpiresSoon',
    // Renewal starts 30 days before the end; at 14 days left it has failed for more than two weeks.
    expression: '(certmanager_certificate_expiration_timestamp_seconds - time()) < 14 * 24 * 3600',
    lasting: '1h',
    severity: 'page',
    summary:
      'Certificate {{ $labels.exported_namespace }}/{{ $labels.name }} ends in less than 14 days and was not renewed.',
    action: 'Describe the Certificate; mend its issuer; renew with "cmctl renew".',
  },
  {
    name: 'CertificateControllerErrors',
    expression: 'sum by (controller) (rate(certmanager_controller_sync_error_count[15m])) > 0.1',
    lasting: '30m',
    severity: 'ticket',
    summary: 'The {{ $labels.controller }} controller of cert-manager keeps failing.',
    action: 'Read the controller’s log for the objects it names.',
  },
];

/** Emits monitors of the three workloads and the alerts. */
export function emitMonitors(scope: Scope<CertManagerSettings>, after: readonly pulumi.Resource[]): void {
  for (const role of workloadRoles) {
    podMonitor(
      scope,
      `monitor-${role}`,
      { name: workloads[role].name, podLabels: workloadLabels(role), port: 'http-metrics' },
      after,
    );
  }
  alertRules(scope, 'alerts', 'certificates', certManagerAlerts, after);
}
