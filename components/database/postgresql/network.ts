import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import type { Manifest } from '../../kit/manifest.ts';
import { allowScraping } from '../../kit/monitoring.ts';
import { allowKubernetesApi, networkPolicy } from '../../kit/network.ts';
import type { Scope } from '../../kit/scope.ts';
import {
  clientNamespaceLabels,
  databaseNamespace,
  operatorLabels,
  operatorNamespace,
  pluginLabels,
  podLabelsOf,
  poolerOf,
  ports,
} from './names.ts';
import { operatorName, pluginName } from './operators.ts';
import type { PostgresqlSettings } from './settings.ts';

/** Emits who may talk with whom, in both namespaces. */
export function emitNetwork(scope: Scope<PostgresqlSettings>): KubernetesObject[] {
  return [...clusterPolicies(scope), ...operatorPolicies(scope).map(inOperatorNamespace)].map((policy) =>
    scope.object(`network-${policy.metadata.name}`, policy),
  );
}

function clusterPolicies(scope: Scope<PostgresqlSettings>): Manifest[] {
  const { name, pooler } = scope.settings;
  const { apiServer } = scope.plan.environment.cluster;
  const { instances, members, pooler: pool } = podLabelsOf(name);
  const clients = { namespaceLabels: clientNamespaceLabels };
  const copied = [ports.postgresql, ports.status];
  const pooled: Manifest[] = [
    allowKubernetesApi(poolerOf(name), pool, apiServer),
    networkPolicy({
      name: 'pooler-to-instances',
      pods: pool,
      to: { peers: [{ podLabels: instances }], ports: [ports.postgresql] },
    }),
    networkPolicy({
      name: 'instances-from-pooler',
      pods: instances,
      from: { peers: [{ podLabels: pool }], ports: [ports.postgresql] },
    }),
    networkPolicy({
      name: 'pooler-from-clients',
      pods: pool,
      from: { peers: [clients], ports: [ports.postgresql] },
    }),
    allowScraping('pooler-metrics', pool, ports.poolerMetrics),
  ];
  return [
    // The manager in every instance, and in the jobs that make one, reads its cluster and reports to it.
    allowKubernetesApi(name, members, apiServer),
    networkPolicy({
      name: 'members-to-instances',
      pods: members,
      to: { peers: [{ podLabels: instances }], ports: copied },
    }),
    networkPolicy({
      name: 'instances-from-members',
      pods: instances,
      from: { peers: [{ podLabels: members }], ports: copied },
    }),
    networkPolicy({
      name: 'instances-from-clients',
      pods: instances,
      from: { peers: [clients], ports: [ports.postgresql] },
    }),
    networkPolicy({
      name: 'instances-from-operator',
      pods: instances,
      from: { peers: [{ namespace: operatorNamespace, podLabels: operatorLabels }], ports: [ports.status] },
    }),
    allowScraping('instances-metrics', instances, ports.metrics),
    ...(pooler.replicas > 0 ? pooled : []),
  ];
}

function operatorPolicies(scope: Scope<PostgresqlSettings>): Manifest[] {
  const { name, backup } = scope.settings;
  const { apiServer } = scope.plan.environment.cluster;
  const { instances } = podLabelsOf(name);
  const backedUp: Manifest[] = [
    allowKubernetesApi(pluginName, pluginLabels, apiServer),
    networkPolicy({
      name: 'operator-to-plugin',
      pods: operatorLabels,
      to: { peers: [{ podLabels: pluginLabels }], ports: [ports.plugin] },
    }),
    networkPolicy({
      name: 'plugin-from-operator',
      pods: pluginLabels,
      from: { peers: [{ podLabels: operatorLabels }], ports: [ports.plugin] },
    }),
  ];
  return [
    allowKubernetesApi(operatorName, operatorLabels, apiServer),
    networkPolicy({
      name: 'operator-webhook',
      pods: operatorLabels,
      from: { peers: apiServer.cidrs.map((cidr) => ({ cidr })), ports: [ports.webhook] },
    }),
    networkPolicy({
      name: 'operator-to-instances',
      pods: operatorLabels,
      to: { peers: [{ namespace: databaseNamespace, podLabels: instances }], ports: [ports.status] },
    }),
    allowScraping('operator-metrics', operatorLabels, ports.operatorMetrics),
    ...(backup ? backedUp : []),
  ];
}

function inOperatorNamespace(policy: Manifest): Manifest {
  return { ...policy, metadata: { ...policy.metadata, namespace: operatorNamespace } };
}
