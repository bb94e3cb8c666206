import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { promtool, raised, type Series } from '../../../tests/support/alert-judge.ts';
import { secretsAlerts } from './alerts.ts';
import { secretsSizes } from './settings.ts';

const alerts = secretsAlerts(secretsSizes.production);
const here = 'namespace="ninefold-secrets"';
const constant = (value: number) => `${value}x120`;
const up = (job: string, pod: string) => `up{job="ninefold-secrets/${job}",pod="${pod}"}`;
const of = (metric: string, pod = 'vault-0') => `${metric}{${here},pod="${pod}"}`;
const disk = (kind: string) =>
  `kubelet_volume_stats_${kind}_bytes{${here},persistentvolumeclaim="audit-vault-0"}`;
const delivery =
  'externalsecret_status_condition{condition="Ready",status="False",exported_namespace="a",name="b"}';
const failed = `kube_job_status_failed{${here},job_name="configurator-29000000"}`;

const healthy: Series = {
  [up('server', 'vault-0')]: constant(1),
  [up('server', 'vault-1')]: constant(1),
  [up('server', 'vault-2')]: constant(1),
  [up('external-secrets', 'external-secrets-0')]: constant(1),
  [of('vault_core_unsealed')]: constant(1),
  [of('vault_core_active')]: constant(1),
  [of('vault_core_active', 'vault-1')]: constant(0),
  [of('vault_audit_log_request_failure')]: constant(0),
  [of('vault_expire_num_leases')]: constant(100),
  [of('vault_raft_peers')]: constant(3),
  [of('vault_autopilot_failure_tolerance')]: constant(1),
  [disk('available')]: constant(80),
  [disk('capacity')]: constant(100),
  [delivery]: constant(0),
  [failed]: constant(0),
};

describe('alerts of secrets', { skip: 'problem' in promtool ? promtool.problem : false }, () => {
  test('are silent while all is well', () => assert.deepEqual(raised(alerts, healthy), []));

  const cases: [string, Series, string[]][] = [
    ['a node that does not answer', { [up('server', 'vault-2')]: constant(0) }, ['SecretsServerAbsent']],
    ['a sealed node', { [of('vault_core_unsealed')]: constant(0) }, ['SecretsServerSealed']],
    ['no leader', { [of('vault_core_active')]: constant(0) }, ['SecretsServerNoLeader']],
    [
      'requests that are not recorded',
      { [of('vault_audit_log_request_failure')]: '0+1x120' },
      ['SecretsAuditFailing'],
    ],
    ['leases without end', { [of('vault_expire_num_leases')]: '0+100x120' }, ['SecretsLeasesExploding']],
    ['too many leases', { [of('vault_expire_num_leases')]: constant(30_000) }, ['SecretsLeasesExploding']],
    ['a peer that is missing', { [of('vault_raft_peers')]: constant(2) }, ['SecretsServerPeerMissing']],
    [
      'nothing in reserve',
      { [of('vault_autopilot_failure_tolerance')]: constant(0) },
      ['SecretsServerNoTolerance'],
    ],
    ['a disk that is full', { [disk('available')]: constant(5) }, ['SecretsAuditDiskFull']],
    ['a program that keeps failing', { [failed]: constant(3) }, ['SecretsConfigurationFailing']],
    ['what is not delivered', { [delivery]: constant(1) }, ['SecretDeliveryFailing']],
    [
      'no delivery',
      { [up('external-secrets', 'external-secrets-0')]: constant(0) },
      ['ExternalSecretsAbsent'],
    ],
  ];
  for (const [name, series, expected] of cases) {
    test(`report ${name}`, () => assert.deepEqual(raised(alerts, { ...healthy, ...series }), expected));
  }

  test('are each raised by some case', () => {
    const covered = new Set(cases.flatMap(([, , expected]) => expected));
    assert.deepEqual(
      alerts.map(({ name }) => name).filter((name) => !covered.has(name)),
      [],
    );
  });
});
