import type { ContainerResources } from './footprint.ts';
import type { Manifest } from './manifest.ts';
import { container, deployment, podDisruptionBudget, service, serviceAccount } from './workload.ts';

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
