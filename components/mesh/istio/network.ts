import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import { allowScraping } from '../../kit/monitoring.ts';
import { capabilityNamespace } from '../../kit/naming.ts';
import { allowKubernetesApi, networkPolicy, type Peer } from '../../kit/network.ts';
import type { Scope } from '../../kit/scope.ts';
import { namespaceLabels } from './facts.ts';
import { meshNamespace, nodesNamespace, ports, workloads } from './names.ts';
import type { IstioSettings } from './settings.ts';

/**
 * Emits who may talk with the control plane and the agents of the nodes. What pods of the mesh say to each other
 * goes through sockets of ztunnel in those pods, so it is their own policies that hold for it.
 */
export function emitNetwork(scope: Scope<IstioSettings>): KubernetesObject[] {
  const { apiServer } = scope.plan.environment.cluster;
  const { controlPlane, nodeAgent, nodeProxy } = workloads;
  const ambient = scope.settings.dataPlane === 'ambient';
  const asking: Peer[] = [
    // Waypoints, and sidecars.
    { namespaceLabels: namespaceLabels(scope.settings.dataPlane) },
    { namespace: capabilityNamespace('gateway') },
    ...(ambient ? [{ namespace: nodesNamespace, podLabels: nodeProxy.selector }] : []),
  ];
  const everywhere = [
    scope.object('network-control-plane-api', allowKubernetesApi('istiod', controlPlane.selector, apiServer)),
    scope.object(
      'network-webhook',
      networkPolicy({
        name: 'istiod-webhook',
        pods: controlPlane.selector,
        from: { peers: apiServer.cidrs.map((cidr) => ({ cidr })), ports: [ports.webhook] },
      }),
    ),
    scope.object(
      'network-configuration',
      networkPolicy({
        name: 'istiod-configuration',
        pods: controlPlane.selector,
        from: { peers: asking, ports: [ports.configuration] },
      }),
    ),
    scope.object(
      'network-control-plane-metrics',
      allowScraping('istiod-metrics', controlPlane.selector, ports.monitoring),
    ),
    scope.object(
      'network-agent-api',
      allowKubernetesApi(nodeAgent.name, nodeAgent.selector, apiServer, nodesNamespace),
    ),
    scope.object(
      'network-agent-metrics',
      allowScraping('istio-cni-metrics', nodeAgent.selector, ports.monitoring, nodesNamespace),
    ),
  ];
  if (!ambient) return everywhere;
  return [
    ...everywhere,
    scope.object(
      'network-node-proxy-configuration',
      networkPolicy({
        name: 'ztunnel-configuration',
        namespace: nodesNamespace,
        pods: nodeProxy.selector,
        to: {
          peers: [{ namespace: meshNamespace, podLabels: controlPlane.selector }],
          ports: [ports.configuration],
        },
      }),
    ),
    scope.object(
      'network-node-proxy-metrics',
      allowScraping('ztunnel-metrics', nodeProxy.selector, ports.proxyMetrics, nodesNamespace),
    ),
  ];
}
