import type { Binding } from '../../kit/binding.ts';
import { gatewayApiGroup, gatewayApiKinds } from '../../kit/gateway-api.ts';
import { istioKinds } from '../../kit/istio-kinds.ts';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import { networkPolicy } from '../../kit/network.ts';
import type { Scope } from '../../kit/scope.ts';
import { InvalidInputError } from '../../kit/violation.ts';
import type { GatewayFacts, GatewayNeeds } from '../capability.ts';
import { checkNeed } from './check-need.ts';
import { gatewayTarget } from './gateway.ts';
import { demandLogin } from './login.ts';
import { hostsOf, pathsBelow } from './operations.ts';
import { routeLimit, tokenBucket } from './rate-limit.ts';

/** Headers by which browsers protect those who use a page. */
const securityHeaders = [
  { name: 'Strict-Transport-Security', value: 'max-age=31536000; includeSubDomains' },
  { name: 'X-Content-Type-Options', value: 'nosniff' },
  { name: 'X-Frame-Options', value: 'DENY' },
  { name: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
];

/**
 * Leads one path of one host into one service, and lets in those who may use it.
 * @throws InvalidInputError when the route needs what the gateway's settings don't give
 */
export function bindRoute(scope: Scope<unknown>, facts: GatewayFacts, need: GatewayNeeds): Binding {
  const violations = checkNeed(facts, need);
  if (violations.length > 0) {
    throw new InvalidInputError(`the route ${need.namespace}/${need.name}`, violations);
  }
  const hostname = `${need.host}.${facts.domain}`;
  const { name, namespace, service } = need;
  const label = `${namespace}-${name}`;
  const route = scope.custom(`route-${label}`, gatewayApiKinds.HTTPRoute, {
    metadata: { name, namespace },
    spec: routeSpec(facts, need, hostname),
  });
  const allowed = scope.custom(`route-${label}-allowed`, istioKinds.AuthorizationPolicy, {
    metadata: { name: `route-${label}`, namespace: facts.namespace },
    spec: { targetRefs: [gatewayTarget], action: 'ALLOW', rules: [allowRule(facts, need, hostname)] },
  });
  const limit = need.rate
    ? [
        scope.custom(`route-${label}-rate`, istioKinds.EnvoyFilter, {
          metadata: { name: `route-${label}`, namespace: facts.namespace },
          spec: {
            targetRefs: [gatewayTarget],
            configPatches: [routeLimit(namespace, name, tokenBucket(need.rate, facts.replicas))],
          },
        }),
      ]
    : [];
  const login = demandLogin(scope, facts, need, hostname);
  // Where the service is behind a waypoint, requests come from that; where it is not, they come on its own port.
  const network: KubernetesObject[] = [
    scope.object(
      `route-${label}-outbound`,
      networkPolicy({
        name: `route-${label}`,
        namespace: facts.namespace,
        pods: facts.podLabels,
        to: { peers: [{ namespace, podLabels: service.podLabels }], ports: [service.targetPort] },
      }),
    ),
    scope.object(
      `route-${label}-inbound`,
      networkPolicy({
        name: `gateway-${name}`,
        namespace,
        pods: service.podLabels,
        from: {
          peers: [{ namespace: facts.namespace, podLabels: facts.podLabels }],
          ports: [service.targetPort],
        },
      }),
    ),
  ];
  return {
    environment: {},
    secrets: [],
    egress: [],
    grantedBy: [route, allowed, ...limit, ...login, ...network],
  };
}

function routeSpec(facts: GatewayFacts, need: GatewayNeeds, hostname: string): object {
  const path = { type: 'PathPrefix', value: need.path };
  return {
    parentRefs: [
      {
        group: gatewayApiGroup,
        kind: 'Gateway',
        name: facts.gateway,
        namespace: facts.namespace,
        sectionName: facts.listeners.https,
      },
    ],
    hostnames: [hostname],
    rules: [
      {
        matches: need.methods ? need.methods.map((method) => ({ path, method })) : [{ path }],
        filters: [{ type: 'ResponseHeaderModifier', responseHeaderModifier: { set: securityHeaders } }],
        timeouts: { request: `${need.timeout}ms` },
        backendRefs: [{ name: need.service.name, port: need.service.port }],
      },
    ],
  };
}

/** Who may do what at the gateway. A path prefix of a route ends at a slash, so the policy names both. */
function allowRule(facts: GatewayFacts, need: GatewayNeeds, hostname: string): object {
  const operation = {
    hosts: hostsOf(hostname),
    paths: pathsBelow(need.path),
    ...(need.methods ? { methods: need.methods } : {}),
  };
  if (need.audience === undefined) return { to: [{ operation }] };
  return {
    from: [{ source: { requestPrincipals: [`${facts.issuer}/*`] } }],
    to: [{ operation }],
    when: [{ key: 'request.auth.audiences', values: [need.audience] }],
  };
}
