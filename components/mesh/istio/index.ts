import { defineImplementation } from '../../kit/capability.ts';
import { podsFootprint, sumFootprints } from '../../kit/footprint.ts';
import { gate } from '../../kit/gate.ts';
import { gatewayApiCrds, gatewayApiKinds } from '../../kit/gateway-api.ts';
import { istioCrds, istioKinds } from '../../kit/istio-kinds.ts';
import { monitoringCrds, monitoringKinds } from '../../kit/monitoring.ts';
import type { PlanContext } from '../../kit/plan-context.ts';
import type { Release } from '../../kit/release.ts';
import type { Violation } from '../../kit/violation.ts';
import { bindMesh } from './bind.ts';
import { istioFacts } from './facts.ts';
import { exceptions, listeners } from './listeners.ts';
import { defaultDeny, emitMeshWide } from './mesh-wide.ts';
import { emitMonitors } from './monitors.ts';
import { meshNamespace, nodesNamespace } from './names.ts';
import { emitNetwork } from './network.ts';
import { emitReleases } from './operator.ts';
import { baseRelease, cniRelease, istiodRelease, ztunnelRelease } from './releases.ts';
import { type IstioSettings, istioSettings, istioSizes } from './settings.ts';
import { baseValues, cniValues, istiodValues, ztunnelValues } from './values.ts';

/** The mesh by Istio: without sidecars by default, with them as a setting. */
export const istioMesh = defineImplementation<'mesh', IstioSettings>({
  capability: 'mesh',
  name: 'istio',
  title: 'Istio',
  token: 'ninefold:mesh:Istio',
  settings: istioSettings,
  sizes: istioSizes,
  upstreams: [istiodRelease, baseRelease, cniRelease, ztunnelRelease],
  // The control plane reads the Gateway API's definitions when it starts.
  crds: [gatewayApiCrds, istioCrds, monitoringCrds],
  kinds: [
    gatewayApiKinds.Gateway,
    istioKinds.AuthorizationPolicy,
    istioKinds.PeerAuthentication,
    istioKinds.ServiceEntry,
    istioKinds.Sidecar,
    istioKinds.Telemetry,
    monitoringKinds.PodMonitor,
    monitoringKinds.PrometheusRule,
  ],
  namespaces: () => [{ name: meshNamespace }, { name: nodesNamespace, podSecurity: 'privileged' }],
  releases,
  requires: () => [],
  check,
  facts: ({ settings }) => istioFacts(settings),
  footprint: ({ settings }) =>
    sumFootprints([
      podsFootprint(settings.controlPlane.replicas.min, settings.controlPlane.resources),
      podsFootprint(settings.nodes, settings.nodeAgent.resources),
      ...(settings.dataPlane === 'ambient'
        ? [podsFootprint(settings.nodes, settings.nodeProxy.resources)]
        : []),
    ]),
  listeners: ({ settings }) => listeners(settings),
  exceptions: ({ settings }) => exceptions(settings),
  platform(scope) {
    // Network first, so that it is the last to go: a control plane that is cut off clears no finalizer.
    const network = emitNetwork(scope);
    const installed = emitReleases(scope, network);
    const opened = gate(scope, {
      sample: { kind: istioKinds.AuthorizationPolicy, spec: defaultDeny },
      after: [...network, ...installed],
    });
    emitMeshWide(scope, [opened]);
    emitMonitors(scope, installed);
  },
  bind: bindMesh,
});

function releases(context: PlanContext<IstioSettings>): Release[] {
  return [
    { upstream: baseRelease, namespace: meshNamespace, values: baseValues() },
    { upstream: istiodRelease, namespace: meshNamespace, values: istiodValues(context) },
    { upstream: cniRelease, namespace: nodesNamespace, values: cniValues(context) },
    ...(context.settings.dataPlane === 'ambient'
      ? [{ upstream: ztunnelRelease, namespace: nodesNamespace, values: ztunnelValues(context) }]
      : []),
  ];
}

function check({ settings }: PlanContext<IstioSettings>): Violation[] {
  return (['controlPlane', 'waypoint'] as const)
    .filter((part) => settings[part].replicas.max < settings[part].replicas.min)
    .map((part) => ({
      path: `${part}.replicas.max`,
      problem: 'there would be fewer replicas at most than at least',
      value: settings[part].replicas.max,
      allowed: `at least ${part}.replicas.min, ${settings[part].replicas.min}`,
      fix: 'raise max, or lower min',
    }));
}
