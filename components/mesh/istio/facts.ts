import type { MeshFacts } from '../capability.ts';
import {
  dataPlaneModeLabel,
  meshNamespace,
  ports,
  probeSource,
  waypointClass,
  waypointName,
  waypointPodLabels,
  workloads,
} from './names.ts';
import type { IstioSettings } from './settings.ts';

/** Labels by which a namespace joins. */
export function namespaceLabels(dataPlane: IstioSettings['dataPlane']): Record<string, string> {
  return dataPlane === 'ambient' ? { [dataPlaneModeLabel]: 'ambient' } : { 'istio-injection': 'enabled' };
}

/** What others must know of Istio. */
export function istioFacts({ dataPlane, trustDomain }: IstioSettings): MeshFacts {
  const ambient = dataPlane === 'ambient';
  return {
    controlPlaneNamespace: meshNamespace,
    rootNamespace: meshNamespace,
    trustDomain,
    dataPlane,
    namespaceLabels: {
      ...namespaceLabels(dataPlane),
      ...(ambient
        ? {
            'istio.io/use-waypoint': waypointName,
            // Without it, what comes through a gateway would go past the waypoint, and past what it checks.
            'istio.io/ingress-use-waypoint': 'true',
          }
        : {}),
    },
    optOutLabels: ambient ? { [dataPlaneModeLabel]: 'none' } : { 'sidecar.istio.io/inject': 'false' },
    tunnelPort: ambient ? ports.tunnel : null,
    probeSource: ambient ? probeSource : null,
    waypoint: ambient
      ? {
          className: waypointClass,
          name: waypointName,
          serviceAccount: waypointName,
          podLabels: waypointPodLabels,
          port: ports.tunnel,
        }
      : null,
    controlPlane: { podLabels: workloads.controlPlane.selector, port: ports.configuration },
  };
}
