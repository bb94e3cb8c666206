import type * as pulumi from '@pulumi/pulumi';
import { gatewayApiGroup } from '../../kit/gateway-api.ts';
import { istioKinds } from '../../kit/istio-kinds.ts';
import { accessLogging } from '../../kit/istio-providers.ts';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import type { Scope } from '../../kit/scope.ts';
import { waypointClass } from './names.ts';
import type { IstioSettings } from './settings.ts';

/** Refuses everything that no other policy allows. Also what the gate asks about. */
export const defaultDeny = {};

/** Emits what holds for the whole mesh, from the root namespace. */
export function emitMeshWide(
  scope: Scope<IstioSettings>,
  after: readonly pulumi.Resource[],
): KubernetesObject[] {
  const { dataPlane, accessLog } = scope.settings;
  const { AuthorizationPolicy, PeerAuthentication, Sidecar, Telemetry } = istioKinds;
  const dependsOn = { dependsOn: after };
  return [
    scope.custom(
      'strict-mtls',
      PeerAuthentication,
      { metadata: { name: 'default' }, spec: { mtls: { mode: 'STRICT' } } },
      dependsOn,
    ),
    scope.custom(
      'default-deny',
      AuthorizationPolicy,
      { metadata: { name: 'default-deny' }, spec: defaultDeny },
      dependsOn,
    ),
    scope.custom(
      'telemetry',
      Telemetry,
      { metadata: { name: 'default' }, spec: { accessLogging: [accessLogging(accessLog)] } },
      dependsOn,
    ),
    // A policy without a target holds for pods and gateways; waypoints are only reached through their class.
    ...(dataPlane === 'ambient'
      ? [
          scope.custom(
            'default-deny-waypoints',
            AuthorizationPolicy,
            {
              metadata: { name: 'default-deny-waypoints' },
              spec: {
                targetRefs: [{ group: gatewayApiGroup, kind: 'GatewayClass', name: waypointClass }],
              },
            },
            dependsOn,
          ),
        ]
      : [
          scope.custom(
            'default-egress',
            Sidecar,
            {
              metadata: { name: 'default' },
              // A dot is the namespace of whoever asks, not of this object.
              spec: { egress: [{ hosts: ['./*'] }] },
            },
            dependsOn,
          ),
        ]),
  ];
}
