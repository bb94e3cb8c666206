import type { Alert } from '../../kit/monitoring.ts';
import { secretsNamespace } from './names.ts';
import type { SecretsSettings } from './settings.ts';

const here = `namespace="${secretsNamespace}"`;

function answering(monitor: string): string {
  return `(count(up{job="${secretsNamespace}/${monitor}"} == 1) or vector(0))`;
}

/** Alerts over the metrics of the server, of External Secrets and of the kubelet. Both servers name theirs alike. */
export function secretsAlerts({ replicas }: SecretsSettings): readonly Alert[] {
  const redundancy: Alert[] =
    replicas === 1
      ? []
      : [
          {
            name: 'SecretsServerPeerMissing',
            expression: `max(vault_raft_peers{${here}}) < ${replicas}`,
            lasting: '30m',
            severity: 'ticket',
            summary: `Only {{ $value }} of ${replicas} nodes of the secrets server are in agreement.`,
            action:
              'Look at the pods that are missing; a node that was taken out after a day needs an empty disk to join again.',
          },
          {
            name: 'SecretsServerNoTolerance',
            expression: `max(vault_autopilot_failure_tolerance{${here}}) < 1`,
            lasting: '15m',
            severity: 'page',
            summary: 'The secrets server would stop with the next node that fails.',
            action: 'Bring back the node that is away: see its pod, its disk, and whether it is sealed.',
          },
        ];
  return [
    {
      name: 'SecretsServerAbsent',
      expression: `${answering('server')} < ${replicas}`,
      lasting: '10m',
      severity: 'page',
      summary: `Only {{ $value }} of ${replicas} nodes of the secrets server answer.`,
      action:
        'Look at the pods and disks of the namespace ninefold-secrets and at the log of the missing node.',
    },
    {
      name: 'SecretsServerSealed',
      expression: `vault_core_unsealed{${here}} == 0`,
      lasting: '5m',
      severity: 'page',
      summary: 'Node {{ $labels.pod }} of the secrets server is sealed: it serves nobody.',
      action:
        'See why the configurator’s last Job did not unseal it; where people unseal, call those who hold the shares.',
    },
    {
      name: 'SecretsServerNoLeader',
      expression: `sum(vault_core_active{${here}} or vector(0)) < 1`,
      lasting: '5m',
      severity: 'page',
      summary: 'No node of the secrets server leads: nothing can be read or written.',
      action: 'A majority of the nodes must be unsealed and reach each other on port 8201.',
    },
    {
      name: 'SecretsAuditFailing',
      expression: [
        `sum by (pod) (increase(vault_audit_log_request_failure{${here}}[10m])) > 0`,
        `sum by (pod) (increase(vault_audit_log_response_failure{${here}}[10m])) > 0`,
      ].join(' or '),
      lasting: '0m',
      severity: 'page',
      summary: 'Node {{ $labels.pod }} can’t record requests; when no device can, it refuses all of them.',
      action: 'Look at the disk "audit" of the pod; the server’s log names the device.',
    },
    {
      name: 'SecretsLeasesExploding',
      expression: `max(vault_expire_num_leases{${here}}) > 20000 or max(vault_expire_num_leases{${here}}) - max(vault_expire_num_leases{${here}} offset 1h) > 5000`,
      lasting: '15m',
      severity: 'ticket',
      summary:
        'The secrets server keeps {{ $value }} leases more than it should; it slows down and starts late.',
      action:
        'Find who logs in or asks for database users in a loop: the record of requests counts them by path.',
    },
    {
      name: 'SecretsAuditDiskFull',
      expression: `kubelet_volume_stats_available_bytes{${here},persistentvolumeclaim=~"(audit|data)-.+"} / kubelet_volume_stats_capacity_bytes{${here},persistentvolumeclaim=~"(audit|data)-.+"} < 0.1`,
      lasting: '5m',
      severity: 'page',
      summary: 'The disk {{ $labels.persistentvolumeclaim }} has less than a tenth left.',
      action: 'Raise capabilities.secrets.storage or auditStorage.',
    },
    {
      name: 'SecretsConfigurationFailing',
      expression: `sum(kube_job_status_failed{${here},job_name=~"configurator-.+"}) > 2`,
      lasting: '15m',
      severity: 'ticket',
      summary: 'The configuration program of the secrets server keeps failing.',
      action: 'Read the log of its last Job in ninefold-secrets: its last line says what stands in its way.',
    },
    {
      name: 'SecretDeliveryFailing',
      expression:
        'max by (exported_namespace, name) (externalsecret_status_condition{condition="Ready",status="False"} == 1)',
      lasting: '15m',
      severity: 'ticket',
      summary:
        'Secret {{ $labels.exported_namespace }}/{{ $labels.name }} has not been delivered for 15 minutes.',
      action:
        'Describe the ExternalSecret: its condition says whether the store, the right or the value is missing.',
    },
    {
      name: 'ExternalSecretsAbsent',
      expression: `${answering('external-secrets')} < 1`,
      lasting: '15m',
      severity: 'ticket',
      summary: 'External Secrets does not answer: what was delivered stays, but nothing new arrives.',
      action: 'Look at the Deployment external-secrets and at its log.',
    },
    ...redundancy,
  ];
}
