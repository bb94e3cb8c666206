import { defineImplementation } from '../../kit/capability.ts';
import { gate } from '../../kit/gate.ts';
import { monitoringCrds, monitoringKinds } from '../../kit/monitoring.ts';
import { emitObjectStore, emitSchedule } from './backup.ts';
import { emitCertificates } from './certificates.ts';
import { checkSettings } from './check.ts';
import { bindClient } from './clients.ts';
import { emitCluster } from './cluster.ts';
import { factsOf } from './facts.ts';
import { footprintOf } from './footprint.ts';
import { backupCrds, backupKinds, postgresqlCrds, postgresqlKinds } from './kinds.ts';
import { exceptionsOf, listenersOf } from './listeners.ts';
import { emitMonitors } from './monitors.ts';
import { databaseNamespace, operatorNamespace } from './names.ts';
import { emitNetwork } from './network.ts';
import { emitOperator, emitPlugin } from './operators.ts';
import { emitPooler } from './pooler.ts';
import { recover } from './recover.ts';
import { emitRecoveryPlan } from './recovery-plan.ts';
import { operatorRelease, pluginRelease, releasesOf } from './releases.ts';
import { type PostgresqlSettings, postgresqlSettings, postgresqlSizes } from './settings.ts';

/** The smallest cluster, by which the gate asks the webhooks. */
const gateSample = {
  kind: postgresqlKinds.Cluster,
  spec: { instances: 1, storage: { size: '1Gi' } },
};

/** PostgreSQL by CloudNativePG, with PgBouncer in front and backups by the Barman Cloud plugin. */
export const postgresql = defineImplementation<'database', PostgresqlSettings>({
  capability: 'database',
  name: 'postgresql',
  title: 'PostgreSQL (CloudNativePG)',
  token: 'ninefold:database:PostgreSQL',
  settings: postgresqlSettings,
  sizes: postgresqlSizes,
  upstreams: [operatorRelease, pluginRelease],
  crds: [postgresqlCrds, backupCrds, monitoringCrds],
  kinds: [
    postgresqlKinds.Cluster,
    postgresqlKinds.Database,
    postgresqlKinds.DatabaseRole,
    postgresqlKinds.ImageCatalog,
    postgresqlKinds.Pooler,
    postgresqlKinds.ScheduledBackup,
    backupKinds.ObjectStore,
    monitoringKinds.PodMonitor,
    monitoringKinds.PrometheusRule,
  ],
  namespaces: () => [{ name: databaseNamespace }, { name: operatorNamespace }],
  releases: releasesOf,
  requires: () => ['certificates'],
  check: ({ settings }) => checkSettings(settings),
  facts: ({ settings }) => factsOf(settings),
  footprint: ({ settings }) => footprintOf(settings),
  listeners: ({ settings }) => listenersOf(settings),
  exceptions: ({ settings }) => exceptionsOf(settings),
  platform(scope) {
    // Network first, so that it is the last to go: an operator that is cut off clears no finalizer.
    const network = emitNetwork(scope);
    const operator = emitOperator(scope, network);
    // The operator issues the certificate of its webhooks and writes it into their configurations when it starts.
    const opened = gate(scope, {
      sample: gateSample,
      after: operator,
    });
    const certificates = emitCertificates(scope);
    // The plugin's own certificates come with its release; no cluster names the plugin before it is there.
    const plugin = emitPlugin(scope, [opened]);
    const store = emitObjectStore(scope, [opened, ...plugin]);
    const cluster = emitCluster(scope, [opened, ...certificates, ...plugin, ...store]);
    const pooler = emitPooler(scope, [cluster]);
    emitSchedule(scope, [cluster]);
    emitRecoveryPlan(scope);
    emitMonitors(scope, [cluster, ...pooler]);
  },
  recover,
  bind: bindClient,
});
