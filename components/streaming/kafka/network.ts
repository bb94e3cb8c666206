import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import { allowScraping } from '../../kit/monitoring.ts';
import { allowKubernetesApi, networkPolicy } from '../../kit/network.ts';
import type { Scope } from '../../kit/scope.ts';
import { clientNamespaceLabels, podLabels, ports } from './names.ts';
import { apicurioOperator, strimziOperator } from './operators.ts';
import type { KafkaSettings } from './settings.ts';

/** Pods of the capability, by what they are. */
type Pods = keyof typeof podLabels;

/** A connection inside the namespace. */
interface Flow {
  from: Pods;
  to: Pods;
  ports: readonly number[];
}

/** Who connects to whom. */
export function flowsOf(settings: KafkaSettings): readonly Flow[] {
  const { controlPlane, replication, agent, clients, cruiseControl } = ports;
  const balanced: Flow[] = [
    { from: 'cruiseControl', to: 'nodes', ports: [replication] },
    { from: 'operator', to: 'cruiseControl', ports: [cruiseControl] },
    { from: 'entityOperator', to: 'cruiseControl', ports: [cruiseControl] },
  ];
  return [
    { from: 'nodes', to: 'nodes', ports: [controlPlane, replication] },
    { from: 'operator', to: 'nodes', ports: [controlPlane, replication, agent] },
    { from: 'entityOperator', to: 'nodes', ports: [replication] },
    { from: 'exporter', to: 'nodes', ports: [replication] },
    { from: 'registry', to: 'brokers', ports: [clients] },
    ...(settings.brokers > 1 ? balanced : []),
  ];
}

/** Pods that talk to the API server: the name of their workload, and why. */
export const kubernetesClients: readonly { pods: Pods; workload: string; reason: string }[] = [
  { pods: 'operator', workload: strimziOperator, reason: 'It reads and writes what it reconciles.' },
  { pods: 'entityOperator', workload: 'kafka-entity-operator', reason: 'It reads topics and users.' },
  { pods: 'registryOperator', workload: apicurioOperator, reason: 'It reads and writes what it reconciles.' },
  {
    pods: 'nodes',
    workload: 'kafka-nodes',
    reason: 'Strimzi has nodes read their certificates, and the label of their zone, from the API server.',
  },
];

/** Ports on which metrics are read. */
const scraped: readonly [Pods, number][] = [
  ['operator', ports.operator],
  ['nodes', ports.metrics],
  ['entityOperator', ports.topicOperator],
  ['entityOperator', ports.userOperator],
  ['exporter', ports.metrics],
  ['registry', ports.registryManagement],
];

/** Ports that are open to clients, from the namespaces that are labelled for it. */
const served: readonly [Pods, number][] = [
  ['brokers', ports.clients],
  ['registry', ports.registry],
];

/**
 * Emits who may talk with whom. These are the only policies: the operators' own are turned off, because policies
 * add up and theirs would open the listener to everybody.
 */
export function emitNetwork(scope: Scope<KafkaSettings>): KubernetesObject[] {
  const { apiServer } = scope.plan.environment.cluster;
  const policies = [
    ...flowsOf(scope.settings).flatMap(({ from, to, ports }) => [
      networkPolicy({
        name: policyName(from, 'to', to),
        pods: podLabels[from],
        to: { peers: [{ podLabels: podLabels[to] }], ports },
      }),
      networkPolicy({
        name: policyName(to, 'from', from),
        pods: podLabels[to],
        from: { peers: [{ podLabels: podLabels[from] }], ports },
      }),
    ]),
    ...kubernetesClients.map(({ pods, workload }) =>
      allowKubernetesApi(workload, podLabels[pods], apiServer),
    ),
    ...scraped.map(([pods, port]) =>
      allowScraping(policyName(pods, 'metrics', `${port}`), podLabels[pods], port),
    ),
    ...served.map(([pods, port]) =>
      networkPolicy({
        name: policyName(pods, 'from', 'clients'),
        pods: podLabels[pods],
        from: { peers: [{ namespaceLabels: clientNamespaceLabels }], ports: [port] },
      }),
    ),
  ];
  return policies.map((policy) => scope.object(`network-${policy.metadata.name}`, policy));
}

function policyName(...words: string[]): string {
  return words.map((word) => word.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)).join('-');
}
