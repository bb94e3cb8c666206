import type { Facts } from '../../components/kit/capability-types.ts';
import type { Manifest } from '../../components/kit/manifest.ts';
import { container, restrictedPod } from '../../components/kit/workload.ts';
import { recordBinding } from './recorded-binding.ts';
import type { TestEnvironment } from './recorded-platform.ts';

/** What is asked of the mesh and the gateway where all that they can do is to be judged. */

/** Who issues tokens. */
export const issuer = { url: 'https://login.example.org', keys: 'https://login.example.org/keys' };

/** Where people log in. */
export const login = {
  service: 'oauth2-proxy',
  namespace: 'ninefold-identity',
  port: 443,
  podPort: 4443,
  podLabels: { app: 'oauth2-proxy' },
};

/** Settings of a gateway that can do everything. */
export const gateway = { issuer, login };

/** Labels of the pods of the team's service. */
export const orders = { app: 'orders' };

/** What a team asks for: its namespace, a service that is called and calls, and two routes. */
const clients = [
  {
    capability: 'mesh',
    need: {
      kind: 'namespace',
      namespace: 'commerce',
      egress: [{ host: 'api.bank.example', port: 443, protocol: 'TLS', serviceAccounts: ['orders'] }],
    },
  },
  {
    capability: 'mesh',
    need: {
      kind: 'service',
      name: 'orders',
      namespace: 'commerce',
      serviceAccount: 'orders',
      podLabels: orders,
      ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'http' }],
      callers: [
        {
          namespace: 'commerce',
          serviceAccount: 'pages',
          operations: [{ methods: ['GET'], paths: ['/orders/*'] }],
        },
        { namespace: 'ninefold-gateway', serviceAccount: 'platform-istio' },
      ],
      calls: [{ name: 'orders', namespace: 'commerce', podLabels: orders, targetPorts: [8080] }],
      probePorts: [8081],
    },
  },
  {
    capability: 'gateway',
    need: {
      name: 'orders',
      namespace: 'commerce',
      host: 'shop',
      path: '/orders',
      methods: ['GET', 'POST'],
      audience: 'customers',
      rate: { requests: 200, per: 'second' },
      service: { name: 'orders', port: 80, targetPort: 8080, podLabels: orders },
      timeout: 3000,
    },
  },
  {
    capability: 'gateway',
    need: {
      name: 'pages',
      namespace: 'commerce',
      host: 'shop',
      path: '/',
      audience: 'customers',
      login: true,
      service: { name: 'orders', port: 80, targetPort: 8080, podLabels: orders },
      timeout: 3000,
    },
  },
] as const;

/**
 * What a team brings, a namespace that joined and a service with its pods; and the pods that the control plane would
 * start, as istioctl recognises those of the mesh.
 */
export function madeByTeam(facts: Facts<'mesh'>): Manifest[] {
  const service = (
    name: string,
    namespace: string,
    labels: Record<string, string>,
    port: number,
  ): Manifest => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector: labels, ports: [{ name: 'http', port, targetPort: 8080 }] },
  });
  const deployment = (name: string, namespace: string, labels: Record<string, string>): Manifest => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name, image: 'example.org/one:1' }] } },
    },
  });
  const pod = (
    name: string,
    namespace: string,
    labels: Record<string, string>,
    inMesh: 'tunnel' | 'proxy',
  ): Manifest => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels,
      ...(inMesh === 'tunnel' ? { annotations: { 'ambient.istio.io/redirection': 'enabled' } } : {}),
    },
    spec: {
      automountServiceAccountToken: false,
      securityContext: { ...restrictedPod, runAsUser: 65532 },
      containers: (inMesh === 'proxy' ? [name, 'istio-proxy'] : [name]).map((one) =>
        container({ name: one, image: 'example.org/one:1', resources: { cpu: '1m', memory: '1Mi' } }),
      ),
    },
  });
  const gatewayPod = (name: string, namespace: string, gatewayName: string) =>
    pod(name, namespace, { 'gateway.networking.k8s.io/gateway-name': gatewayName }, 'proxy');
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'commerce', labels: facts.namespaceLabels } },
    service('orders', 'commerce', orders, 80),
    deployment('orders', 'commerce', orders),
    pod('orders-1', 'commerce', orders, facts.dataPlane === 'ambient' ? 'tunnel' : 'proxy'),
    gatewayPod('platform-istio-1', 'ninefold-gateway', 'platform'),
    ...(facts.waypoint ? [gatewayPod('waypoint-1', 'commerce', facts.waypoint.name)] : []),
  ];
}

/** What mesh and gateway make for the team. */
export async function boundObjects(environment: TestEnvironment): Promise<Manifest[]> {
  const bound: Manifest[] = [];
  for (const { capability, need } of clients) {
    bound.push(...(await recordBinding(environment, capability, need)).objects);
  }
  return bound;
}
