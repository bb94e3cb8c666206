import type * as pulumi from '@pulumi/pulumi';
import { gatewayApiKinds } from '../../kit/gateway-api.ts';
import { istioKinds } from '../../kit/istio-kinds.ts';
import { loginHost, loginPort, loginProvider } from '../../kit/istio-providers.ts';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import type { Scope } from '../../kit/scope.ts';
import type { GatewayFacts, GatewayNeeds } from '../capability.ts';
import { gatewayTarget } from './gateway.ts';
import { certificateName } from './names.ts';
import { hostsOf, pathsBelow } from './operations.ts';
import type { GatewaySettings } from './settings.ts';

/**
 * Makes known who is asked whether somebody has logged in, and how: by TLS, with a certificate of the authority that
 * signed the gateway's own. Without this the control plane refuses every request that must be asked about.
 */
export function emitLogin(scope: Scope<GatewaySettings>, after: readonly pulumi.Resource[]): void {
  const { login } = scope.settings;
  if (!login) return;
  const name = `${login.service}.${login.namespace}.svc`;
  const known = scope.custom(
    'login-host',
    istioKinds.ServiceEntry,
    {
      metadata: { name: 'login' },
      spec: {
        hosts: [loginHost],
        location: 'MESH_EXTERNAL',
        resolution: 'DNS',
        exportTo: ['.'],
        ports: [{ number: loginPort, name: 'http-login', protocol: 'HTTP', targetPort: login.port }],
        endpoints: [{ address: `${name}.cluster.local` }],
      },
    },
    { dependsOn: after },
  );
  scope.custom(
    'login-encrypted',
    istioKinds.DestinationRule,
    {
      metadata: { name: 'login' },
      spec: {
        host: loginHost,
        exportTo: ['.'],
        trafficPolicy: {
          tls: { mode: 'SIMPLE', credentialName: certificateName, sni: name, subjectAltNames: [name] },
        },
      },
    },
    { dependsOn: [known] },
  );
}

/**
 * Has everybody who wants to use a route asked whether they have logged in. Who has goes on with a token, which the
 * route's own policy then demands like any other: were this policy missing, a route would let nobody in.
 */
export function demandLogin(
  scope: Scope<unknown>,
  facts: GatewayFacts,
  need: GatewayNeeds,
  hostname: string,
): KubernetesObject[] {
  if (!need.login || !facts.login) return [];
  const label = `${need.namespace}-${need.name}`;
  const pages = pathsBelow(facts.login.path);
  const hosts = hostsOf(hostname);
  const inGateway = (name: string) => ({ name, namespace: facts.namespace });
  return [
    scope.custom(`route-${label}-login`, istioKinds.AuthorizationPolicy, {
      metadata: inGateway(`route-${label}-login`),
      spec: {
        targetRefs: [gatewayTarget],
        action: 'CUSTOM',
        provider: { name: loginProvider },
        rules: [{ to: [{ operation: { hosts, paths: pathsBelow(need.path), notPaths: pages } }] }],
      },
    }),
    // The pages of the login itself are for everybody, or nobody could come back from it.
    scope.custom(`route-${label}-login-pages`, gatewayApiKinds.HTTPRoute, {
      metadata: inGateway(`login-${label}`),
      spec: {
        parentRefs: [{ name: facts.gateway, sectionName: facts.listeners.https }],
        hostnames: [hostname],
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: facts.login.path } }],
            backendRefs: [
              { group: istioKinds.ServiceEntry.group, kind: 'Hostname', name: loginHost, port: loginPort },
            ],
          },
        ],
      },
    }),
    scope.custom(`route-${label}-login-pages-allowed`, istioKinds.AuthorizationPolicy, {
      metadata: inGateway(`login-${label}`),
      spec: {
        targetRefs: [gatewayTarget],
        action: 'ALLOW',
        rules: [{ to: [{ operation: { hosts, paths: pages } }] }],
      },
    }),
  ];
}
