import type * as pulumi from '@pulumi/pulumi';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import type { Scope } from '../../kit/scope.ts';
import {
  podDisruptionBudget,
  priorityClasses,
  resourceRequirements,
  restrictedContainer,
  restrictedPod,
  topologySpread,
} from '../../kit/workload.ts';
import { poolerHostRules, poolerQuery } from './access.ts';
import { postgresqlKinds } from './kinds.ts';
import { podLabelsOf, poolerOf, secretsOf } from './names.ts';
import type { PoolerSpec } from './operands.ts';
import { images } from './releases.ts';
import type { PostgresqlSettings } from './settings.ts';

/** Emits the pool and its budget. The operator makes a budget for instances only. */
export function emitPooler(
  scope: Scope<PostgresqlSettings>,
  after: readonly pulumi.Resource[],
): KubernetesObject[] {
  const { name, pooler } = scope.settings;
  if (pooler.replicas === 0) return [];
  const labels = podLabelsOf(name).pooler;
  const budget =
    pooler.replicas > 1
      ? [scope.object('pooler-disruption', podDisruptionBudget(poolerOf(name), labels))]
      : [];
  const content = { metadata: { name: poolerOf(name) }, spec: poolerSpec(scope) };
  return [...budget, scope.custom(`pooler-${name}`, postgresqlKinds.Pooler, content, { dependsOn: after })];
}

/**
 * Clients of PgBouncer show the same certificates as those of PostgreSQL, which CloudNativePG leaves to its users:
 * once we bring Secrets of our own, it makes no role for the pool and no function, so the cluster is made with ours.
 */
function poolerSpec(scope: Scope<PostgresqlSettings>): PoolerSpec {
  const { name, pooler } = scope.settings;
  const secrets = secretsOf(name);
  const labels = podLabelsOf(name).pooler;
  return {
    cluster: { name },
    instances: pooler.replicas,
    type: 'rw',
    pgbouncer: {
      poolMode: 'transaction',
      authQuery: poolerQuery,
      serverTLSSecret: { name: secrets.pooler },
      serverCASecret: { name: secrets.server },
      clientCASecret: { name: secrets.replication },
      clientTLSSecret: { name: secrets.server },
      parameters: poolerParameters(scope.settings),
      pg_hba: poolerHostRules,
    },
    monitoring: { tls: { enabled: true } },
    template: {
      metadata: { labels },
      spec: {
        securityContext: restrictedPod,
        priorityClassName: priorityClasses.data.name,
        ...(pooler.replicas > 1 ? { topologySpreadConstraints: topologySpread(labels) } : {}),
        containers: [
          {
            name: 'pgbouncer',
            image: scope.image(images.pooler),
            resources: resourceRequirements(pooler.resources),
            securityContext: restrictedContainer,
          },
        ],
      },
    },
  };
}

/** What differs from PgBouncer's own defaults. Whoever has no certificate of the authority gets nowhere. */
export function poolerParameters({ pooler }: PostgresqlSettings): Readonly<Record<string, string>> {
  return {
    client_tls_sslmode: 'verify-full',
    server_tls_sslmode: 'verify-full',
    default_pool_size: `${pooler.connections}`,
    max_client_conn: `${pooler.clients}`,
    // Drivers prepare statements; the pool must follow them from connection to connection.
    max_prepared_statements: '200',
    query_wait_timeout: '30',
    server_idle_timeout: '300',
  };
}
