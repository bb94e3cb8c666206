import type * as pulumi from '@pulumi/pulumi';
import { gatewayApiGroup, gatewayApiKinds } from '../../kit/gateway-api.ts';
import { istioKinds } from '../../kit/istio-kinds.ts';
import { accessLogging } from '../../kit/istio-providers.ts';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import type { Scope } from '../../kit/scope.ts';
import { priorityClasses, topologySpread } from '../../kit/workload.ts';
import {
  certificateName,
  clientNamespaceLabels,
  gatewayClass,
  gatewayName,
  gatewayNamespace,
  gatewayPodLabels,
  listenerNames,
  ports,
} from './names.ts';
import { limitingFilter } from './rate-limit.ts';
import type { GatewaySettings } from './settings.ts';

/** What a policy or a filter is about: the gateway. */
export const gatewayTarget = { group: gatewayApiGroup, kind: 'Gateway', name: gatewayName };

/** Suites of TLS 1.2 that keep what was said secret when a key is lost later. TLS 1.3 has no others. */
const cipherSuites = [
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
];

/** Emits the gateway with its certificate, how its pods are made, and what holds for every route. */
export function emitGateway(
  scope: Scope<GatewaySettings>,
  after: readonly pulumi.Resource[],
): KubernetesObject {
  const { domain } = scope.context;
  const certificate = scope.request('certificates', {
    name: certificateName,
    namespace: gatewayNamespace,
    dnsNames: [domain, `*.${domain}`],
    usages: ['server'],
    mountPath: '/certificate',
  });
  const parameters = scope.object(
    'parameters',
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `${gatewayName}-parameters` },
      data: deploymentParameters(scope.settings),
    },
    { dependsOn: after },
  );
  const clients = { matchLabels: clientNamespaceLabels };
  const gateway = scope.custom(
    'gateway',
    gatewayApiKinds.Gateway,
    {
      metadata: { name: gatewayName },
      spec: {
        gatewayClassName: gatewayClass,
        infrastructure: {
          parametersRef: { group: '', kind: 'ConfigMap', name: `${gatewayName}-parameters` },
        },
        listeners: [
          {
            name: listenerNames.https,
            port: ports.https,
            protocol: 'HTTPS',
            tls: {
              mode: 'Terminate',
              certificateRefs: [{ group: '', kind: 'Secret', name: certificateName }],
              options: { 'gateway.istio.io/tls-cipher-suites': cipherSuites.join(',') },
            },
            allowedRoutes: { namespaces: { from: 'Selector', selector: clients } },
          },
          {
            // Only to send those away who came without TLS: no other namespace may attach a route.
            name: listenerNames.http,
            port: ports.http,
            protocol: 'HTTP',
            allowedRoutes: { namespaces: { from: 'Same' } },
          },
        ],
      },
    },
    { dependsOn: [...after, parameters, ...certificate.grantedBy], readyWhen: 'condition=Programmed' },
  );
  emitRedirect(scope, gateway);
  scope.custom(
    'rate-limit-filter',
    istioKinds.EnvoyFilter,
    {
      metadata: { name: 'rate-limit' },
      // Before the routes' own, which say how much.
      spec: { targetRefs: [gatewayTarget], priority: -10, configPatches: [limitingFilter] },
    },
    { dependsOn: [gateway] },
  );
  const { issuer, accessLog } = scope.settings;
  scope.custom(
    'access-log',
    istioKinds.Telemetry,
    {
      metadata: { name: 'access-log' },
      spec: { targetRefs: [gatewayTarget], accessLogging: [accessLogging(accessLog)] },
    },
    { dependsOn: [gateway] },
  );
  if (issuer) {
    scope.custom(
      'issuer',
      istioKinds.RequestAuthentication,
      {
        metadata: { name: 'issuer' },
        spec: {
          targetRefs: [gatewayTarget],
          jwtRules: [{ issuer: issuer.url, jwksUri: issuer.keys, forwardOriginalToken: true }],
        },
      },
      { dependsOn: [gateway] },
    );
  }
  return gateway;
}

/** The mesh refuses what nothing allows, so being sent away must be allowed too. */
function emitRedirect(scope: Scope<GatewaySettings>, gateway: KubernetesObject): void {
  scope.custom(
    'redirect',
    gatewayApiKinds.HTTPRoute,
    {
      metadata: { name: 'redirect-to-https' },
      spec: {
        parentRefs: [{ name: gatewayName, sectionName: listenerNames.http }],
        rules: [
          { filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } }] },
        ],
      },
    },
    { dependsOn: [gateway] },
  );
  scope.custom(
    'redirect-allowed',
    istioKinds.AuthorizationPolicy,
    {
      metadata: { name: 'redirect-to-https' },
      spec: {
        targetRefs: [gatewayTarget],
        action: 'ALLOW',
        rules: [{ to: [{ operation: { ports: [String(ports.http)] } }] }],
      },
    },
    { dependsOn: [gateway] },
  );
}

/** What Istio lays over the objects that it makes for the gateway, by kind. JSON is YAML. */
export function deploymentParameters({
  replicas,
  resources,
  address,
}: GatewaySettings): Record<string, string> {
  const { cpu, memory } = resources;
  const parameters = {
    deployment: {
      spec: {
        template: {
          spec: {
            priorityClassName: priorityClasses.platform.name,
            ...(replicas.min > 1 ? { topologySpreadConstraints: topologySpread(gatewayPodLabels) } : {}),
            containers: [
              { name: 'istio-proxy', resources: { requests: { cpu, memory }, limits: { memory } } },
            ],
          },
        },
      },
    },
    // The node that took a request answers it, so the client's address stays what it was.
    service: {
      spec: { type: address, ...(address === 'LoadBalancer' ? { externalTrafficPolicy: 'Local' } : {}) },
    },
    horizontalPodAutoscaler: { spec: { minReplicas: replicas.min, maxReplicas: replicas.max } },
    ...(replicas.min > 1 ? { podDisruptionBudget: { spec: { minAvailable: replicas.min - 1 } } } : {}),
  };
  return Object.fromEntries(
    Object.entries(parameters).map(([kind, overlay]) => [kind, JSON.stringify(overlay)]),
  );
}
