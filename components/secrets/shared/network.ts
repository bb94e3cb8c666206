import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import { allowScraping } from '../../kit/monitoring.ts';
import { allowKubernetesApi, networkPolicy } from '../../kit/network.ts';
import type { Scope } from '../../kit/scope.ts';
import { workloadLabels, workloadRoles, workloads } from './external-secrets.ts';
import { clientNamespaceLabels, configuratorLabels, ports, snapshotLabels } from './names.ts';
import { podLabels, type Product } from './product.ts';
import type { SecretsSettings } from './settings.ts';

/** Emits who may talk with whom. */
export function emitNetwork(scope: Scope<SecretsSettings>, product: Product): KubernetesObject[] {
  const { apiServer } = scope.plan.environment.cluster;
  const server = podLabels(product);
  const { replicas, databases, snapshots } = scope.settings;
  const askers = [
    { name: 'external-secrets', pods: workloadLabels('controller') },
    { name: 'configurator', pods: configuratorLabels },
    ...(snapshots ? [{ name: 'snapshots', pods: snapshotLabels }] : []),
    ...(replicas > 1 ? [{ name: 'server', pods: server }] : []),
  ];
  const policies = [
    ...askers.flatMap(({ name, pods }) => {
      const opened = name === 'server' ? [ports.api, ports.cluster] : [ports.api];
      return [
        networkPolicy({
          name: `${name}-to-server`,
          pods,
          to: { peers: [{ podLabels: server }], ports: opened },
        }),
        networkPolicy({
          name: `server-from-${name}`,
          pods: server,
          from: { peers: [{ podLabels: pods }], ports: opened },
        }),
      ];
    }),
    networkPolicy({
      name: 'server-from-clients',
      pods: server,
      from: { peers: [{ namespaceLabels: clientNamespaceLabels }], ports: [ports.api] },
    }),
    ...databases.map(({ name, namespace, podLabels: pods, port }) =>
      networkPolicy({
        name: `server-to-database-${name}`,
        pods: server,
        to: { peers: [{ namespace, podLabels: pods }], ports: [port] },
      }),
    ),
    allowScraping('server-metrics', server, ports.metrics),
    allowKubernetesApi(product.name, server, apiServer),
    allowKubernetesApi('configurator', configuratorLabels, apiServer),
    ...workloadRoles.flatMap((role) => [
      allowKubernetesApi(workloads[role].name, workloadLabels(role), apiServer),
      allowScraping(`${workloads[role].name}-metrics`, workloadLabels(role), 8080),
    ]),
    networkPolicy({
      name: 'external-secrets-webhook',
      pods: workloadLabels('webhook'),
      from: { peers: apiServer.cidrs.map((cidr) => ({ cidr })), ports: [10250] },
    }),
  ];
  return policies.map((policy) => scope.object(`network-${policy.metadata.name}`, policy));
}
