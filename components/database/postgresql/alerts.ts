import type { Alert } from '../../kit/monitoring.ts';
import { durationSeconds } from '../../kit/setting-types.ts';
import { databaseNamespace, operatorNamespace, poolerOf } from './names.ts';
import { operatorName } from './operators.ts';
import { reservedConnections } from './parameters.ts';
import type { PostgresqlSettings } from './settings.ts';

const here = `namespace="${databaseNamespace}"`;

/** Alerts over what instances, pool, plugin, operator and kubelets measure. */
export function postgresqlAlerts(settings: PostgresqlSettings): readonly Alert[] {
  return [
    ...availability(settings),
    ...(settings.instances > 1 ? replication(settings) : []),
    ...load(settings),
    ...disks,
    ...(settings.pooler.replicas > 0 ? pool(settings) : []),
    ...(settings.backup ? backups(settings.backup.maximumAge) : []),
  ];
}

function availability({ name, instances }: PostgresqlSettings): Alert[] {
  const up = `count(cnpg_collector_up{${here},cluster="${name}"} == 1) or vector(0)`;
  return [
    {
      name: 'DatabasePrimaryAbsent',
      expression: `absent(cnpg_pg_replication_in_recovery{${here}} == 0)`,
      lasting: '2m',
      severity: 'page',
      summary: 'No instance of PostgreSQL takes writes.',
      action: `Look at the Cluster’s status (kubectl -n ${databaseNamespace} describe cluster ${name}) and at the pods it names. Where no instance may take over, enough copies are missing: bring their nodes back rather than force it.`,
    },
    {
      name: 'DatabaseInstanceAbsent',
      expression: `(${up}) < ${instances}`,
      lasting: '10m',
      severity: instances > 1 ? 'ticket' : 'page',
      summary: `Not every instance of PostgreSQL runs: there should be ${instances}.`,
      action: `Look at the pods of ${databaseNamespace}, their events and their disks. An instance whose disk is lost is made anew once its pod and its volume claims are deleted.`,
    },
    {
      name: 'DatabaseOperatorAbsent',
      expression: `absent(up{job="${operatorNamespace}/${operatorName}"} == 1)`,
      lasting: '15m',
      severity: 'ticket',
      summary:
        'CloudNativePG does not answer: PostgreSQL runs on, but nobody takes over when an instance fails.',
      action: `Look at the Deployment of CloudNativePG in ${operatorNamespace} and at its log.`,
    },
  ];
}

function replication({ name, instances }: PostgresqlSettings): Alert[] {
  const waiting: Alert = {
    name: 'DatabaseWritesWait',
    expression: `max(cnpg_collector_sync_replicas{${here},value="expected"}) > max(cnpg_collector_sync_replicas{${here},value="observed"})`,
    lasting: '2m',
    severity: 'page',
    summary: 'Too few copies of PostgreSQL follow: writes wait until there are enough again.',
    action: `Look at the pods of ${databaseNamespace} and the status of the Cluster ${name}. If a zone is lost for good, lower capabilities.database.instances, knowing that a further loss may cost data.`,
  };
  return [
    {
      name: 'DatabaseReplicationLag',
      expression: `max by (pod) (cnpg_pg_replication_lag{${here}}) > 60`,
      lasting: '10m',
      severity: 'ticket',
      summary: '{{ $labels.pod }} is more than a minute behind the instance that writes.',
      action:
        'Look for a long query on that copy, for a slow disk, and for a burst of writes on the instance that writes.',
    },
    {
      name: 'DatabaseReplicationInterrupted',
      expression: `cnpg_pg_replication_in_recovery{${here}} == 1 and cnpg_pg_replication_is_wal_receiver_up{${here}} == 0`,
      lasting: '10m',
      severity: 'ticket',
      summary: '{{ $labels.pod }} follows no instance that writes.',
      action:
        'Read its log. If what it needs is gone from the log of the instance that writes, delete its pod and its volume claims, and it is made anew.',
    },
    ...(instances > 2 ? [waiting] : []),
  ];
}

function load({ connections }: PostgresqlSettings): Alert[] {
  return [
    {
      name: 'DatabaseConnectionsExhausted',
      expression: `sum by (pod) (cnpg_backends_total{${here}}) > 0.85 * ${connections + reservedConnections}`,
      lasting: '5m',
      severity: 'page',
      summary: '{{ $labels.pod }} has almost no connections left.',
      action:
        'See who holds them (pg_stat_activity by usename). Lower the connections of that service, send it through the pool, or raise capabilities.database.connections with the memory that it takes.',
    },
    {
      name: 'DatabaseLongTransaction',
      expression: `max by (datname, usename) (cnpg_backends_max_tx_duration_seconds{${here},usename!~"streaming_replica|cnpg_metrics_exporter"}) > 3600`,
      lasting: '5m',
      severity: 'ticket',
      summary:
        '{{ $labels.usename }} has had a transaction open in {{ $labels.datname }} for more than an hour.',
      action:
        'Ask its owner; end it with pg_terminate_backend if nobody needs it. While it is open nothing is cleaned up, in no database of the cluster.',
    },
    {
      name: 'DatabaseFreezeBehind',
      // Anti-wraparound clean-up begins at 200 million; at 2 thousand million PostgreSQL refuses all writes.
      expression: `max by (datname) (cnpg_pg_database_xid_age{${here}}) > 500000000`,
      lasting: '1h',
      severity: 'ticket',
      summary:
        'Clean-up of {{ $labels.datname }} falls behind; if it goes on, PostgreSQL stops taking writes.',
      action:
        'Look for long transactions and abandoned replication slots, which hold it back; then vacuum the oldest tables.',
    },
  ];
}

const free = `kubelet_volume_stats_available_bytes{${here}} / kubelet_volume_stats_capacity_bytes{${here}}`;

const disks: readonly Alert[] = [
  {
    name: 'DatabaseDiskFull',
    expression: `${free} < 0.1`,
    lasting: '5m',
    severity: 'page',
    summary:
      'Less than a tenth of the disk {{ $labels.persistentvolumeclaim }} is free; an instance without room stops.',
    action:
      'Raise capabilities.database.storage, or walStorage if its name ends with -wal. A log that grows is not archived, or kept for a copy that is away: see the other alerts.',
  },
  {
    name: 'DatabaseDiskFilling',
    expression: `predict_linear(kubelet_volume_stats_available_bytes{${here}}[6h], 4 * 24 * 3600) < 0`,
    lasting: '1h',
    severity: 'ticket',
    summary: 'The disk {{ $labels.persistentvolumeclaim }} is full within four days if it goes on like this.',
    action:
      'See which database grows (pg_database_size) and ask its owner; raise capabilities.database.storage in time.',
  },
];

function pool({ name, pooler }: PostgresqlSettings): Alert[] {
  return [
    {
      name: 'DatabasePoolAbsent',
      expression: `(count(up{job="${databaseNamespace}/${poolerOf(name)}"} == 1) or vector(0)) < 1`,
      lasting: '5m',
      severity: 'page',
      summary: 'No PgBouncer answers: services that connect through the pool are cut off.',
      action: `Look at the pods of ${poolerOf(name)} in ${databaseNamespace}; they wait for their certificates and for PostgreSQL.`,
    },
    {
      name: 'DatabasePoolExhausted',
      expression: `sum by (database, user) (cnpg_pgbouncer_pools_cl_waiting{${here}}) > 0`,
      lasting: '10m',
      severity: 'ticket',
      summary: 'Clients of {{ $labels.user }} wait for one of the connections to {{ $labels.database }}.',
      action: `Look for transactions that are left open. Otherwise raise capabilities.database.pooler.connections, now ${pooler.connections}, within what PostgreSQL has.`,
    },
  ];
}

function backups(maximumAge: string): Alert[] {
  const newest = `max(barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{${here}})`;
  return [
    {
      name: 'DatabaseArchiveFailing',
      expression: `max by (pod) (cnpg_pg_stat_archiver_last_failed_time{${here}} - cnpg_pg_stat_archiver_last_archived_time{${here}}) > 0`,
      lasting: '15m',
      severity: 'page',
      summary:
        '{{ $labels.pod }} can’t archive its log: what is written now is in no backup, and its disk fills.',
      action:
        'Read the log of its container plugin-barman-cloud: the store is away, refuses the credentials, or holds another cluster’s archive under this name.',
    },
    {
      name: 'DatabaseArchiveBehind',
      expression: `max by (pod) (cnpg_collector_pg_wal_archive_status{${here},value="ready"}) > 64`,
      lasting: '15m',
      severity: 'ticket',
      summary: 'More than a gigabyte of log of {{ $labels.pod }} waits to be archived.',
      action: 'Look at how fast the store takes what it is sent, and at what writes so much.',
    },
    {
      name: 'DatabaseBackupOld',
      expression: `time() - ${newest} > ${durationSeconds(maximumAge)} or absent(${newest})`,
      lasting: '1h',
      severity: 'page',
      summary: `There is no base backup of PostgreSQL that is younger than ${maximumAge}.`,
      action: `Look at the newest Backup in ${databaseNamespace} and its error; make one by hand (kubectl cnpg backup) once that is mended.`,
    },
  ];
}
