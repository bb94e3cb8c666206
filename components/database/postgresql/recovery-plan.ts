import { stringify } from 'yaml';
import { apiVersion } from '../../kit/kinds.ts';
import type { Manifest } from '../../kit/manifest.ts';
import type { Scope } from '../../kit/scope.ts';
import { clusterContent } from './cluster.ts';
import { postgresqlKinds } from './kinds.ts';
import { databaseNamespace, servicesOf } from './names.ts';
import type { PostgresqlSettings } from './settings.ts';

/** How a cluster comes back from its backups: what to write, what that makes, and what to do. Pure. */

/** What to recover. */
export interface Recovery {
  /** Name of the environment. */
  environment: string;
  /** Moment to recover to, as RFC 3339 writes it. Left out: the last one that was archived. */
  targetTime?: string;
}

/** A recovery, worked out. */
export interface RenderedRecovery {
  /** The settings of the recovered cluster: those of the lost one but for its name and where it comes from. */
  settings: PostgresqlSettings;
  /** What those settings make of the Cluster. */
  cluster: Manifest;
  /** What to do, in order, as Markdown. */
  runbook: string;
}

/**
 * Works out the recovery of a cluster into a new one. It reads from the archive of the lost cluster, and writes to one
 * of its own name only.
 * @throws Error when the cluster has no backups.
 */
export function renderRecovery(settings: PostgresqlSettings, recovery: Recovery): RenderedRecovery {
  if (!settings.backup) throw new Error(`${settings.name} has no backups to recover from`);
  const { targetTime } = recovery;
  const name = nextName(settings.name);
  const recovered: PostgresqlSettings = {
    ...settings,
    name,
    recovery: { server: settings.name, ...(targetTime ? { targetTime } : {}) },
  };
  const content = clusterContent(recovered);
  const cluster: Manifest = {
    apiVersion: apiVersion(postgresqlKinds.Cluster),
    kind: postgresqlKinds.Cluster.kind,
    metadata: { ...content.metadata, namespace: databaseNamespace },
    spec: content.spec,
  };
  return { settings: recovered, cluster, runbook: runbook(settings, recovered, recovery) };
}

/** `postgresql`, `postgresql-2`, `postgresql-3`: a name that was never used before, so its archive is empty. */
export function nextName(name: string): string {
  const match = /^(.*)-(\d+)$/.exec(name);
  return match ? `${match[1]}-${Number(match[2]) + 1}` : `${name}-2`;
}

/** Emits the plan for the worst day, where whoever needs it looks first. It changes with the settings. */
export function emitRecoveryPlan(scope: Scope<PostgresqlSettings>): void {
  const { settings } = scope;
  if (!settings.backup) return;
  const { cluster, runbook: text } = renderRecovery(settings, { environment: scope.plan.environment.name });
  scope.object('recovery-plan', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'recovery-plan' },
    data: { 'runbook.md': text, 'cluster.yaml': stringify(cluster) },
  });
}

function runbook(lost: PostgresqlSettings, recovered: PostgresqlSettings, { environment }: Recovery): string {
  const { name, recovery } = recovered;
  const block = stringify({ capabilities: { database: { name, recovery } } });
  const urn = `urn:pulumi:${environment}.platform::ninefold::ninefold:database:PostgreSQL$kubernetes:postgresql.cnpg.io/v1:Cluster::database-cluster-${lost.name}`;
  const kubectl = `kubectl -n ${databaseNamespace}`;
  const shell = (...lines: string[]) => ['```sh', ...lines, '```'];
  return [
    `# Recovering ${lost.name} in ${environment}`,
    '',
    `The new cluster ${name} is made beside ${lost.name}, from what ${lost.name} archived at ${lost.backup?.destination}. It never writes there under that name, so this can be done again.`,
    '',
    '1. See what there is. The moment to recover to must lie after the end of a base backup and before the last archived segment.',
    '',
    ...shell(
      `${kubectl} get backups.postgresql.cnpg.io -l cnpg.io/cluster=${lost.name}`,
      `${kubectl} get objectstores.barmancloud.cnpg.io -o jsonpath='{.items[*].status.serverRecoveryWindow}'`,
    ),
    '',
    `2. Stop what writes, if ${lost.name} still runs: what is written after that moment is not in the new cluster.`,
    '',
    ...shell(`${kubectl} annotate cluster ${lost.name} --overwrite cnpg.io/fencedInstances='["*"]'`),
    '',
    `3. Write into stacks/environments/${environment}.yaml, and leave backup as it is:`,
    '',
    '```yaml',
    block.trimEnd(),
    '```',
    '',
    `4. Where the environment protects data, say that ${lost.name} is no longer the platform’s. It stays in the cluster, with its disks, until step 8.`,
    '',
    ...shell(`npx pulumi state unprotect --yes --stack ${environment}.platform '${urn}'`),
    '',
    '5. Bring it up. Clients are told the new hosts and get their roles from the recovered data; their objects are made anew under the new name.',
    '',
    ...shell(`npm run up -- --env ${environment}`),
    '',
    '6. Wait until it is ready.',
    '',
    ...shell(`${kubectl} wait cluster ${name} --for=condition=Ready --timeout=4h`),
    '',
    '7. Look at what came back before anybody else does, and make a base backup at once if the schedule has not.',
    '',
    ...shell(
      `${kubectl} exec service/${servicesOf(name).readWrite} -c postgres -- psql -c 'SELECT datname, pg_database_size(datname) FROM pg_database'`,
      `${kubectl} get backups.postgresql.cnpg.io -l cnpg.io/cluster=${name}`,
    ),
    '',
    `8. When nobody needs ${lost.name} any more:`,
    '',
    ...shell(`${kubectl} delete cluster ${lost.name}`),
    '',
    `Leave name and recovery in the environment: they say how ${name} came to be. Its own archive is at ${lost.backup?.destination} under ${name}.`,
    '',
  ].join('\n');
}
