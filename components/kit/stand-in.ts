import type { ContainerResources } from './footprint.ts';
import type { Manifest } from './manifest.ts';
import {
  container,
  daemonSet,
  deployment,
  podDisruptionBudget,
  service,
  serviceAccount,
} from './workload.ts';

/** What is known of an operator without its release: enough to take its place in the lab. */
export interface StandInOperator {
  name: string;
  /** Labels that the release gives its pods, since monitors and network policies select by them. */
  labels: Readonly<Record<string, string>>;
  image: string;
  replicas: number;
  resources: ContainerResources;
  /** Ports its pods open. */
  ports: readonly { name: string; port: number }[];
  args?: readonly string[];
  environment?: Readonly<Record<string, string>>;
}

/**
 * The objects that take an operator's place: its Deployment under the real image name and with the requests of
 * the plan, so that order, sizes and policies are those of the real thing.
 */
export function standInOperator(operator: StandInOperator): readonly Manifest[] {
  const { labels } = operator;
  return [
    serviceAccount(operator.name),
    deployment({
      name: operator.name,
      labels,
      replicas: operator.replicas,
      serviceAccount: operator.name,
      kubernetesApi: true,
      containers: [
        container({
          name: operator.name,
          image: operator.image,
          resources: operator.resources,
          ports: operator.ports,
          ...(operator.args ? { args: operator.args } : {}),
          ...(operator.environment ? { environment: operator.environment } : {}),
        }),
      ],
    }),
    ...(operator.ports.length > 0 ? [service(operator.name, labels, operator.ports)] : []),
    ...(operator.replicas > 1 ? [podDisruptionBudget(operator.name, labels)] : []),
  ];
}

/** What is known of an agent that runs on every node. */
export interface StandInNodeAgent {
  name: string;
  namespace: string;
  serviceAccount: string;
  /** Labels that the release gives its pods. */
  labels: Readonly<Record<string, string>>;
  /** Name of its container. */
  container: string;
  image: string;
  resources: ContainerResources;
  ports: readonly { name: string; port: number }[];
  args: readonly string[];
  /** Whether it asks the API server. */
  kubernetesApi: boolean;
  /** What its container may do beyond the restricted level. */
  securityContext: object;
  /** Directories of the node that it works in, by name. */
  hostPaths: Readonly<Record<string, { path: string; mountPath: string; writable: boolean }>>;
}

/** The objects that take the place of an agent on every node, with the rights of the real one. */
export function standInNodeAgent(agent: StandInNodeAgent): readonly Manifest[] {
  const paths = Object.entries(agent.hostPaths);
  return [
    serviceAccount(agent.serviceAccount, agent.namespace),
    daemonSet({
      name: agent.name,
      namespace: agent.namespace,
      labels: agent.labels,
      serviceAccount: agent.serviceAccount,
      kubernetesApi: agent.kubernetesApi,
      securityContext: {},
      containers: [
        container({
          name: agent.container,
          image: agent.image,
          args: agent.args,
          resources: agent.resources,
          ports: agent.ports,
          securityContext: agent.securityContext,
          mounts: paths.map(([name, { mountPath, writable }]) => ({ name, path: mountPath, writable })),
        }),
      ],
      volumes: paths.map(([name, { path }]) => ({ name, hostPath: { path, type: 'DirectoryOrCreate' } })),
    }),
  ];
}
