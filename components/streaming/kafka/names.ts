import { capabilityNamespace, keys } from '../../kit/naming.ts';

/** Names, ports and labels that Strimzi and Apicurio derive from what we call the cluster and the registry. */

/** Name of the Kafka cluster. */
export const clusterName = 'kafka';

/** Name of the schema registry. */
export const registryName = 'schema-registry';

/** Namespace of both. */
export const streamingNamespace = capabilityNamespace('streaming');

/** Marks an object as belonging to the cluster; Strimzi finds pools, topics and users by it. */
export const clusterLabel = { 'strimzi.io/cluster': clusterName } as const;

/** Ports of the pods. The listener's is ours to choose, the others are Strimzi's. */
export const ports = {
  controlPlane: 9090,
  replication: 9091,
  clients: 9093,
  agent: 8443,
  metrics: 9404,
  cruiseControl: 9090,
  topicOperator: 8080,
  userOperator: 8081,
  operator: 8080,
  registry: 8443,
  registryManagement: 9000,
  registryOperator: 8080,
} as const;

/** Labels that Strimzi gives the pods of one component of the cluster. */
function componentLabels(component: string): Record<string, string> {
  return { ...clusterLabel, 'strimzi.io/name': `${clusterName}-${component}` };
}

/** Labels by which pods are found. */
export const podLabels = {
  /** All nodes: brokers and controllers. */
  nodes: componentLabels('kafka'),
  brokers: { ...clusterLabel, 'strimzi.io/broker-role': 'true' },
  entityOperator: componentLabels('entity-operator'),
  cruiseControl: componentLabels('cruise-control'),
  exporter: componentLabels('kafka-exporter'),
  operator: { name: 'strimzi-cluster-operator', 'strimzi.io/kind': 'cluster-operator' },
  registry: {
    app: registryName,
    'app.kubernetes.io/component': 'app',
    'app.kubernetes.io/name': 'apicurio-registry',
  },
  registryOperator: {
    app: 'apicurio-registry-operator',
    'app.kubernetes.io/component': 'operator',
    'app.kubernetes.io/name': 'apicurio-registry-operator',
  },
} as const;

/** Labels of the pods of one pool. */
export function poolLabels(pool: string): Record<string, string> {
  return { ...clusterLabel, 'strimzi.io/pool-name': pool };
}

/** Where clients connect first. */
export const bootstrapAddress = `${clusterName}-kafka-bootstrap.${streamingNamespace}.svc:${ports.clients}`;

/** The Service that Apicurio's operator makes for the registry. */
export const registryService = `${registryName}-app-service`;

/** The Secret in which Strimzi keeps the certificate of the authority that signs for brokers. */
export const clusterAuthoritySecret = `${clusterName}-cluster-ca-cert`;

/** What a namespace must carry for its pods to reach brokers and registry. */
export const clientNamespaceLabels = { [keys.clientOf('streaming')]: 'true' };
