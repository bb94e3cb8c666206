import { capabilityNamespace, keys } from '../../kit/naming.ts';

/** Names, ports and labels that CloudNativePG derives from what we call the cluster. */

/** Namespace of the clusters, their databases and their roles. */
export const databaseNamespace = capabilityNamespace('database');

/**
 * Namespace of the operator and its plugin. Not that of the clusters: a namespace that goes while it holds both
 * is blocked by finalizers that only the operator clears (cloudnative-pg#10535).
 */
export const operatorNamespace = `${databaseNamespace}-operator`;

/** Authority of `certificates` that signs for servers and clients of databases, and for nobody else. */
export const authority = 'database';

/** Name by which the plugin that backs up is called in clusters and backups. */
export const backupPlugin = 'barman-cloud.cloudnative-pg.io';

/** Name of the object that says where backups go. */
export const objectStore = 'postgresql-backups';

/** Database that a new cluster is made with. Only the operator's own queries use it. */
export const initialDatabase = 'ninefold';

/** Ports of the pods. */
export const ports = {
  postgresql: 5432,
  /** State of an instance, for the operator and the other instances. */
  status: 8000,
  metrics: 9187,
  poolerMetrics: 9127,
  webhook: 9443,
  operatorMetrics: 8080,
  plugin: 9090,
} as const;

/** Labels by which pods are found. */
export const operatorLabels = { 'app.kubernetes.io/name': 'cloudnative-pg' } as const;
export const pluginLabels = { 'app.kubernetes.io/name': 'plugin-barman-cloud' } as const;

/** Labels of the pods of a cluster. */
export function podLabelsOf(cluster: string) {
  const ofCluster = { 'cnpg.io/cluster': cluster };
  return {
    /** Instances, and the jobs that make or join one. */
    members: ofCluster,
    instances: { ...ofCluster, 'cnpg.io/podRole': 'instance' },
    primary: { ...ofCluster, 'cnpg.io/podRole': 'instance', 'cnpg.io/instanceRole': 'primary' },
    pooler: { 'cnpg.io/poolerName': poolerOf(cluster) },
  };
}

/** Name of the pool in front of a cluster. */
export function poolerOf(cluster: string): string {
  return `${cluster}-pooler`;
}

/** Secrets of a cluster, each with a certificate, its key and the authority's certificate. */
export function secretsOf(cluster: string) {
  return {
    server: `${cluster}-server`,
    replication: `${cluster}-replication`,
    pooler: `${cluster}-pooler-client`,
  };
}

/** The Services of a cluster, by what they lead to, as the operator names them. */
export function servicesOf(cluster: string) {
  return {
    readWrite: `${cluster}-rw`,
    readOnly: `${cluster}-ro`,
    read: `${cluster}-r`,
    pooled: poolerOf(cluster),
  };
}

/** The name of a Service as clients write it. */
export function hostOf(service: string): string {
  return `${service}.${databaseNamespace}.svc`;
}

/** What a namespace must carry for its pods to reach the databases. */
export const clientNamespaceLabels = { [keys.clientOf('database')]: 'true' };
