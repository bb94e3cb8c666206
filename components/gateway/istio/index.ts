import { defineImplementation } from '../../kit/capability.ts';
import { podsFootprint } from '../../kit/footprint.ts';
import { gatewayApiCrds, gatewayApiKinds } from '../../kit/gateway-api.ts';
import { istioCrds, istioKinds } from '../../kit/istio-kinds.ts';
import type { Listener } from '../../kit/listeners.ts';
import { monitoringCrds, monitoringKinds } from '../../kit/monitoring.ts';
import type { PlanContext } from '../../kit/plan-context.ts';
import type { Violation } from '../../kit/violation.ts';
import { emitGateway } from './gateway.ts';
import { emitLogin } from './login.ts';
import { emitMonitors } from './monitors.ts';
import {
  clientNamespaceLabels,
  gatewayClass,
  gatewayName,
  gatewayNamespace,
  gatewayPodLabels,
  gatewayWorkload,
  listenerNames,
  ports,
} from './names.ts';
import { emitNetwork } from './network.ts';
import { bindRoute } from './route.ts';
import { type GatewaySettings, gatewaySettings, gatewaySizes } from './settings.ts';

/** The gateway by Istio: its control plane, which the mesh installs, makes the pods of each Gateway. */
export const istioGateway = defineImplementation<'gateway', GatewaySettings>({
  capability: 'gateway',
  name: 'istio',
  title: 'Istio',
  token: 'ninefold:gateway:Istio',
  settings: gatewaySettings,
  sizes: gatewaySizes,
  upstreams: [],
  crds: [gatewayApiCrds, istioCrds, monitoringCrds],
  kinds: [
    gatewayApiKinds.Gateway,
    gatewayApiKinds.HTTPRoute,
    istioKinds.AuthorizationPolicy,
    istioKinds.DestinationRule,
    istioKinds.EnvoyFilter,
    istioKinds.RequestAuthentication,
    istioKinds.ServiceEntry,
    istioKinds.Telemetry,
    monitoringKinds.PodMonitor,
    monitoringKinds.PrometheusRule,
  ],
  // Pages of the login are routes of the gateway's own, which its listener takes from clients only.
  namespaces: () => [{ name: gatewayNamespace, labels: clientNamespaceLabels }],
  releases: () => [],
  requires: () => ['mesh', 'certificates'],
  check,
  facts: ({ domain, settings }) => ({
    namespace: gatewayNamespace,
    gateway: gatewayName,
    className: gatewayClass,
    listeners: listenerNames,
    domain,
    podLabels: gatewayPodLabels,
    serviceAccount: gatewayWorkload,
    replicas: settings.replicas.min,
    issuer: settings.issuer?.url ?? null,
    login: settings.login && { path: settings.login.path },
  }),
  footprint: ({ settings }) => podsFootprint(settings.replicas.min, settings.resources),
  listeners,
  exceptions: () =>
    listeners()
      .filter(({ tls }) => !tls)
      .map(({ name, port }) => ({
        rule: 'listener-plaintext',
        subject: name,
        reason:
          port === ports.http
            ? 'Only sends those to HTTPS who came without; no route but that can be attached.'
            : 'Metrics and health only; reached from the metrics namespace and the kubelet alone.',
      })),
  platform(scope, { mesh }) {
    if (!mesh) throw new Error('the gateway was planned without the mesh that makes its pods');
    const network = emitNetwork(scope, mesh);
    const gateway = emitGateway(scope, network);
    emitLogin(scope, [...network, gateway]);
    emitMonitors(scope, [gateway]);
  },
  bind: bindRoute,
});

function listeners(): Listener[] {
  return [
    { name: 'gateway-https', port: ports.https, tls: true, purpose: 'requests from outside' },
    { name: 'gateway-http', port: ports.http, tls: false, purpose: 'a redirect to HTTPS, and nothing else' },
    { name: 'gateway-metrics', port: ports.metrics, tls: false, purpose: 'metrics' },
    { name: 'gateway-health', port: ports.health, tls: false, purpose: 'health' },
  ];
}

function check({ settings: { replicas, issuer, login } }: PlanContext<GatewaySettings>): Violation[] {
  const violations: Violation[] = [];
  if (replicas.max < replicas.min) {
    violations.push({
      path: 'replicas.max',
      problem: 'there would be fewer replicas at most than at least',
      value: replicas.max,
      allowed: `at least replicas.min, ${replicas.min}`,
      fix: 'raise max, or lower min',
    });
  }
  if (login && !issuer) {
    violations.push({
      path: 'login',
      problem: 'people could log in, but nobody says whose tokens they come back with',
      fix: 'set issuer to whoever issues those tokens, or leave login out',
    });
  }
  return violations;
}
