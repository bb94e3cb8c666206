import type { Binding, Destination } from '../../kit/binding.ts';
import { istioKinds } from '../../kit/istio-kinds.ts';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import { networkPolicy } from '../../kit/network.ts';
import type { Scope } from '../../kit/scope.ts';
import type { MeshFacts, MeshService } from '../capability.ts';
import { allowRules } from './authorization.ts';
import { principal } from './principals.ts';

/**
 * Lets exactly the callers of a service call it, and the service reach exactly those that it calls.
 *
 * Where there is a waypoint, it is the waypoint that sees who calls and what for; the pods see the waypoint, and
 * nobody else gets as far as them.
 */
export function bindService(scope: Scope<unknown>, facts: MeshFacts, need: MeshService): Binding {
  const objects = facts.waypoint ? behindWaypoint(scope, facts, need) : withSidecars(scope, facts, need);
  return { environment: {}, secrets: [], egress: destinations(facts, need), grantedBy: objects };
}

/** Where a service must be able to connect to: the waypoints before those that it calls, or their pods. */
function destinations(facts: MeshFacts, { calls }: MeshService): Destination[] {
  const { waypoint } = facts;
  if (!waypoint) {
    return calls.map(({ namespace, podLabels, targetPorts }) => ({
      namespace,
      podLabels,
      ports: targetPorts,
    }));
  }
  const namespaces = [...new Set(calls.map(({ namespace }) => namespace))].sort();
  return namespaces.map((namespace) => ({
    namespace,
    podLabels: waypoint.podLabels,
    ports: [waypoint.port],
  }));
}

function behindWaypoint(scope: Scope<unknown>, facts: MeshFacts, need: MeshService): KubernetesObject[] {
  const { name, namespace, podLabels } = need;
  const { waypoint } = facts;
  if (!waypoint) return [];
  const atWaypoint = scope.custom(`mesh-${name}-callers`, istioKinds.AuthorizationPolicy, {
    metadata: { name: `${name}-callers`, namespace },
    spec: {
      targetRefs: [{ group: '', kind: 'Service', name }],
      action: 'ALLOW',
      ...rulesOf(allowRules(facts, need, 'port')),
    },
  });
  const ports = [...new Set(need.ports.map(({ targetPort }) => targetPort))].sort((a, b) => a - b);
  const atPods = scope.custom(`mesh-${name}-waypoint`, istioKinds.AuthorizationPolicy, {
    metadata: { name: `${name}-waypoint`, namespace },
    spec: {
      selector: { matchLabels: podLabels },
      action: 'ALLOW',
      rules: [
        {
          from: [
            {
              source: {
                principals: [principal(facts, { namespace, serviceAccount: waypoint.serviceAccount })],
              },
            },
          ],
          to: [{ operation: { ports: ports.map(String) } }],
        },
      ],
    },
  });
  return [atWaypoint, atPods, ...probes(scope, facts, need)];
}

/** Probes reach pods of the mesh from an address of its own, which network policies must let in. */
function probes(scope: Scope<unknown>, facts: MeshFacts, need: MeshService): KubernetesObject[] {
  if (!facts.probeSource || need.probePorts.length === 0) return [];
  return [
    scope.object(
      `mesh-${need.name}-probes`,
      networkPolicy({
        name: `mesh-${need.name}-probes`,
        namespace: need.namespace,
        pods: need.podLabels,
        from: { peers: [{ cidr: facts.probeSource }], ports: need.probePorts },
      }),
    ),
  ];
}

function withSidecars(scope: Scope<unknown>, facts: MeshFacts, need: MeshService): KubernetesObject[] {
  const { name, namespace, podLabels } = need;
  const callers = scope.custom(`mesh-${name}-callers`, istioKinds.AuthorizationPolicy, {
    metadata: { name: `${name}-callers`, namespace },
    spec: {
      selector: { matchLabels: podLabels },
      action: 'ALLOW',
      ...rulesOf(allowRules(facts, need, 'targetPort')),
    },
  });
  // Those of its own namespace are there already.
  const foreign = need.calls.filter((call) => call.namespace !== namespace);
  const called = foreign.map((call) => `${call.namespace}/${call.name}.${call.namespace}.svc.cluster.local`);
  const egress = scope.custom(`mesh-${name}-egress`, istioKinds.Sidecar, {
    metadata: { name, namespace },
    spec: {
      workloadSelector: { labels: podLabels },
      // What is in the namespace itself includes the hosts that it may reach outside.
      egress: [{ hosts: ['./*', ...new Set(called)] }],
    },
  });
  const namespaces = [...new Set(need.callers.map((caller) => caller.namespace))].sort();
  const peers = namespaces.map((one) => ({ namespace: one }));
  const ports = [...new Set(need.ports.map(({ targetPort }) => targetPort))].sort((a, b) => a - b);
  const inbound = peers.length === 0 ? [] : [inboundPolicy(scope, need, peers, ports)];
  return [callers, egress, ...inbound];
}

function inboundPolicy(
  scope: Scope<unknown>,
  { name, namespace, podLabels }: MeshService,
  peers: readonly { namespace: string }[],
  ports: readonly number[],
): KubernetesObject {
  return scope.object(
    `mesh-${name}-inbound`,
    networkPolicy({ name: `mesh-${name}-inbound`, namespace, pods: podLabels, from: { peers, ports } }),
  );
}

/** A policy that allows nobody has no list of rules, because an empty one is not accepted everywhere. */
function rulesOf(rules: readonly object[]): object {
  return rules.length > 0 ? { rules } : {};
}
