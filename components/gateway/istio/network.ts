import type { Facts } from '../../kit/capability-types.ts';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import { allowScraping } from '../../kit/monitoring.ts';
import { networkPolicy } from '../../kit/network.ts';
import type { Scope } from '../../kit/scope.ts';
import { gatewayPodLabels as pods, ports } from './names.ts';
import type { GatewaySettings } from './settings.ts';

/** Emits who reaches the gateway, and what it reaches: its control plane, and the mesh. */
export function emitNetwork(scope: Scope<GatewaySettings>, mesh: Facts<'mesh'>): KubernetesObject[] {
  const emit = (intent: Parameters<typeof networkPolicy>[0]) =>
    scope.object(`network-${intent.name}`, networkPolicy({ ...intent, pods }));
  const { clients, login } = scope.settings;
  return [
    emit({
      name: 'clients',
      from: { peers: clients.map((cidr) => ({ cidr })), ports: [ports.https, ports.http] },
    }),
    emit({
      name: 'configuration',
      to: {
        peers: [{ namespace: mesh.controlPlaneNamespace, podLabels: mesh.controlPlane.podLabels }],
        ports: [mesh.controlPlane.port],
      },
    }),
    ...(mesh.tunnelPort === null
      ? []
      : [
          emit({
            name: 'mesh',
            to: { peers: [{ namespaceLabels: mesh.namespaceLabels }], ports: [mesh.tunnelPort] },
          }),
        ]),
    ...(login
      ? [
          emit({
            name: 'login',
            to: {
              peers: [{ namespace: login.namespace, podLabels: login.podLabels }],
              ports: [login.podPort],
            },
          }),
        ]
      : []),
    scope.object('network-metrics', allowScraping('metrics', pods, ports.metrics)),
  ];
}
