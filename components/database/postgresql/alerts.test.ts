import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { promtool, raised, type Series } from '../../../tests/support/alert-judge.ts';
import { postgresqlAlerts } from './alerts.ts';
import { postgresqlSettings, postgresqlSizes } from './settings.ts';
import { podIdentity } from './test-support/backup.ts';

const settings = postgresqlSettings.parse({ ...postgresqlSizes.production, backup: podIdentity });
const alerts = postgresqlAlerts(settings);

const here = 'namespace="ninefold-database"';
const pods = ['postgresql-1', 'postgresql-2', 'postgresql-3'];
const hours = 3600;
const constant = (value: number) => `${value}x120`;
const onPod = (metric: string, pod: string, labels = '') => `${metric}{${here},pod="${pod}"${labels}}`;
const up = (job: string) => `up{job="${job}"}`;
const disk = (what: string) =>
  `kubelet_volume_stats_${what}_bytes{${here},persistentvolumeclaim="postgresql-1-wal"}`;
const transaction = onPod(
  'cnpg_backends_max_tx_duration_seconds',
  'postgresql-1',
  ',datname="commerce_orders",usename="orders.commerce"',
);
const waiting = `cnpg_pgbouncer_pools_cl_waiting{${here},database="commerce_orders",user="orders.commerce"}`;
const newest = `barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{${here},pod="postgresql-1"}`;
const synchronous = (value: string) =>
  onPod('cnpg_collector_sync_replicas', 'postgresql-1', `,value="${value}"`);

const healthy: Series = {
  ...Object.fromEntries(
    pods.flatMap((pod, index) => [
      [onPod('cnpg_collector_up', pod, ',cluster="postgresql"'), constant(1)],
      [onPod('cnpg_pg_replication_in_recovery', pod), constant(index === 0 ? 0 : 1)],
      [onPod('cnpg_pg_replication_is_wal_receiver_up', pod), constant(index === 0 ? 0 : 1)],
      [onPod('cnpg_pg_replication_lag', pod), constant(index)],
      [onPod('cnpg_backends_total', pod, ',usename="orders.commerce"'), constant(20)],
    ]),
  ),
  [up('ninefold-database-operator/cloudnative-pg')]: constant(1),
  [up('ninefold-database/postgresql-pooler')]: constant(1),
  [synchronous('expected')]: constant(1),
  [synchronous('observed')]: constant(1),
  [transaction]: constant(10),
  [onPod('cnpg_pg_database_xid_age', 'postgresql-1', ',datname="commerce_orders"')]: constant(150_000_000),
  [disk('capacity')]: constant(1000),
  [disk('available')]: constant(700),
  [waiting]: constant(0),
  [onPod('cnpg_pg_stat_archiver_last_failed_time', 'postgresql-1')]: constant(-1),
  [onPod('cnpg_pg_stat_archiver_last_archived_time', 'postgresql-1')]: constant(7000),
  [onPod('cnpg_collector_pg_wal_archive_status', 'postgresql-1', ',value="ready"')]: constant(1),
  [newest]: constant(0),
};

const without = (name: string): Series =>
  Object.fromEntries(Object.entries(healthy).filter(([series]) => series !== name));

describe('alerts of PostgreSQL', { skip: 'problem' in promtool ? promtool.problem : false }, () => {
  test('are silent while all is well', () => assert.deepEqual(raised(alerts, healthy), []));

  const cases: [string, Series, string[]][] = [
    [
      'that nobody takes writes',
      {
        ...healthy,
        [onPod('cnpg_pg_replication_in_recovery', 'postgresql-1')]: constant(1),
        [onPod('cnpg_pg_replication_is_wal_receiver_up', 'postgresql-1')]: constant(1),
      },
      ['DatabasePrimaryAbsent'],
    ],
    [
      'an instance that is gone',
      without(onPod('cnpg_collector_up', 'postgresql-3', ',cluster="postgresql"')),
      ['DatabaseInstanceAbsent'],
    ],
    [
      'an operator that is gone',
      { ...healthy, [up('ninefold-database-operator/cloudnative-pg')]: constant(0) },
      ['DatabaseOperatorAbsent'],
    ],
    [
      'a copy that lags behind',
      { ...healthy, [onPod('cnpg_pg_replication_lag', 'postgresql-2')]: '0+2x120' },
      ['DatabaseReplicationLag'],
    ],
    [
      'a copy that follows nobody',
      { ...healthy, [onPod('cnpg_pg_replication_is_wal_receiver_up', 'postgresql-2')]: constant(0) },
      ['DatabaseReplicationInterrupted'],
    ],
    ['writes that wait', { ...healthy, [synchronous('observed')]: constant(0) }, ['DatabaseWritesWait']],
    [
      'connections that run out',
      {
        ...healthy,
        [onPod('cnpg_backends_total', 'postgresql-1', ',usename="stock.commerce"')]: constant(180),
      },
      ['DatabaseConnectionsExhausted'],
    ],
    [
      'a transaction that is left open',
      { ...healthy, [transaction]: '0+60x120' },
      ['DatabaseLongTransaction'],
    ],
    [
      'a clean-up that falls behind',
      {
        ...healthy,
        [onPod('cnpg_pg_database_xid_age', 'postgresql-1', ',datname="commerce_orders"')]:
          constant(600_000_000),
      },
      ['DatabaseFreezeBehind'],
    ],
    ['a full disk', { ...healthy, [disk('available')]: constant(50) }, ['DatabaseDiskFull']],
    ['a disk that fills', { ...healthy, [disk('available')]: '900-1x120' }, ['DatabaseDiskFilling']],
    [
      'a pool that is gone',
      { ...healthy, [up('ninefold-database/postgresql-pooler')]: constant(0) },
      ['DatabasePoolAbsent'],
    ],
    ['clients that wait for the pool', { ...healthy, [waiting]: constant(3) }, ['DatabasePoolExhausted']],
    [
      'an archive that fails',
      { ...healthy, [onPod('cnpg_pg_stat_archiver_last_failed_time', 'postgresql-1')]: constant(7100) },
      ['DatabaseArchiveFailing'],
    ],
    [
      'an archive that falls behind',
      {
        ...healthy,
        [onPod('cnpg_collector_pg_wal_archive_status', 'postgresql-1', ',value="ready"')]: constant(100),
      },
      ['DatabaseArchiveBehind'],
    ],
    ['a backup that is too old', { ...healthy, [newest]: constant(-40 * hours) }, ['DatabaseBackupOld']],
    ['backups that nobody makes', without(newest), ['DatabaseBackupOld']],
  ];
  for (const [name, series, expected] of cases) {
    test(`report ${name}`, () => assert.deepEqual(raised(alerts, series), expected));
  }

  test('are each raised by some case', () => {
    const covered = new Set(cases.flatMap(([, , expected]) => expected));
    assert.deepEqual(alerts.map(({ name }) => name).sort(), [...covered].sort());
  });
});

test('what is not there is not watched', () => {
  const watched = postgresqlAlerts(postgresqlSizes.minimal).map(({ name }) => name);
  assert.ok(watched.includes('DatabasePrimaryAbsent'));
  assert.ok(
    !watched.some((name) => /Pool|Archive|Backup|Replication|WritesWait/.test(name)),
    watched.join(', '),
  );
});
