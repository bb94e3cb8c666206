import type { Binding } from '../../kit/binding.ts';
import { gatewayApiKinds } from '../../kit/gateway-api.ts';
import { istioKinds } from '../../kit/istio-kinds.ts';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import { allowScraping } from '../../kit/monitoring.ts';
import { capabilityNamespace, slug } from '../../kit/naming.ts';
import { type NetworkIntent, networkPolicy } from '../../kit/network.ts';
import type { Scope } from '../../kit/scope.ts';
import type { MeshFacts, MeshNamespace } from '../capability.ts';
import { ports } from './names.ts';
import { principals } from './principals.ts';

/** Gives a namespace its waypoint, the hosts that it may reach, and the network that both need. */
export function bindNamespace(scope: Scope<unknown>, facts: MeshFacts, need: MeshNamespace): Binding {
  const network = emitNetwork(scope, facts, need.namespace);
  const waypoint = facts.waypoint ? [emitWaypoint(scope, facts.waypoint, need.namespace, network)] : [];
  const egress = need.egress.flatMap((host) => emitEgress(scope, facts, need.namespace, host, waypoint));
  return {
    environment: {},
    secrets: [],
    egress: [],
    grantedBy: [...network, ...waypoint, ...egress],
  };
}

function emitWaypoint(
  scope: Scope<unknown>,
  { className, name, port }: NonNullable<MeshFacts['waypoint']>,
  namespace: string,
  network: readonly KubernetesObject[],
): KubernetesObject {
  return scope.custom(
    'mesh-waypoint',
    gatewayApiKinds.Gateway,
    {
      metadata: { name, namespace, labels: { 'istio.io/waypoint-for': 'service' } },
      spec: {
        gatewayClassName: className,
        listeners: [
          { name: 'mesh', port, protocol: 'HBONE', allowedRoutes: { namespaces: { from: 'Same' } } },
        ],
      },
    },
    { readyWhen: 'condition=Programmed', dependsOn: network },
  );
}

/** Makes a host known, and lets some accounts of the namespace connect to it. */
function emitEgress(
  scope: Scope<unknown>,
  facts: MeshFacts,
  namespace: string,
  { host, port, protocol, serviceAccounts }: MeshNamespace['egress'][number],
  after: readonly KubernetesObject[],
): KubernetesObject[] {
  const name = `egress-${slug(host)}-${port}`;
  const entry = scope.custom(
    `mesh-${name}`,
    istioKinds.ServiceEntry,
    {
      metadata: { name, namespace },
      spec: {
        hosts: [host],
        location: 'MESH_EXTERNAL',
        resolution: 'DNS',
        exportTo: ['.'],
        ports: [{ number: port, name: `${protocol.toLowerCase()}-${port}`, protocol }],
      },
    },
    { dependsOn: after },
  );
  // Sidecars know who connects, but ask no policy about what leaves a pod.
  if (!facts.waypoint) return [entry];
  const identities = serviceAccounts.map((serviceAccount) => ({ namespace, serviceAccount }));
  const allowed = scope.custom(
    `mesh-${name}-callers`,
    istioKinds.AuthorizationPolicy,
    {
      metadata: { name: `${name}-callers`, namespace },
      spec: {
        targetRefs: [{ group: 'networking.istio.io', kind: 'ServiceEntry', name }],
        action: 'ALLOW',
        rules: [
          {
            from: [{ source: { principals: principals(facts, identities) } }],
            to: [{ operation: { ports: [String(port)] } }],
          },
        ],
      },
    },
    { dependsOn: [entry] },
  );
  return [entry, allowed];
}

function emitNetwork(scope: Scope<unknown>, facts: MeshFacts, namespace: string): KubernetesObject[] {
  const emit = (intent: NetworkIntent) => scope.object(intent.name, networkPolicy({ ...intent, namespace }));
  const configuration = {
    peers: [{ namespace: facts.controlPlaneNamespace, podLabels: facts.controlPlane.podLabels }],
    ports: [facts.controlPlane.port],
  };
  const { waypoint } = facts;
  if (!waypoint) return [emit({ name: 'mesh-configuration', to: configuration })];
  const pods = waypoint.podLabels;
  const clients = [{ namespaceLabels: facts.namespaceLabels }, { namespace: capabilityNamespace('gateway') }];
  return [
    emit({ name: 'mesh-waypoint-configuration', pods, to: configuration }),
    emit({ name: 'mesh-waypoint-inbound', pods, from: { peers: clients, ports: [waypoint.port] } }),
    emit({ name: 'mesh-waypoint-outbound', pods, to: { peers: [{}], ports: [waypoint.port] } }),
    // Whatever comes to a pod comes from the waypoint, which has checked who sent it.
    emit({ name: 'mesh-inbound', from: { peers: [{ podLabels: pods }], ports: [waypoint.port] } }),
    scope.object(
      'mesh-waypoint-metrics',
      allowScraping('mesh-waypoint-metrics', pods, ports.proxyMetrics, namespace),
    ),
  ];
}
