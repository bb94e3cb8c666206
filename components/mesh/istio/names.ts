import { capabilityNamespace } from '../../kit/naming.ts';

/** Namespace of the control plane, and the one whose policies hold everywhere. */
export const meshNamespace = capabilityNamespace('mesh');

/** Namespace of what runs on every node with more than a pod's rights. */
export const nodesNamespace = `${meshNamespace}-nodes`;

/** Label of a namespace, or of a pod, that says how it takes part when ambient. */
export const dataPlaneModeLabel = 'istio.io/dataplane-mode';

/** The proxy before the services of a namespace. Its service account bears the same name. */
export const waypointName = 'waypoint';

/** The class that Istio makes waypoints for. */
export const waypointClass = 'istio-waypoint';

/** Labels that Istio gives the pods of a waypoint. */
export const waypointPodLabels = { 'gateway.networking.k8s.io/gateway-name': waypointName };

/** The address that probes of the kubelet seem to come from when ambient. */
export const probeSource = '169.254.7.127/32';

/** The workloads, with the labels that their charts give their pods. */
export const workloads = {
  controlPlane: {
    name: 'istiod',
    labels: {
      app: 'istiod',
      istio: 'pilot',
      'app.kubernetes.io/name': 'istiod',
      [dataPlaneModeLabel]: 'none',
      'sidecar.istio.io/inject': 'false',
    },
    selector: { istio: 'pilot' },
  },
  nodeAgent: {
    name: 'istio-cni-node',
    labels: {
      'k8s-app': 'istio-cni-node',
      'app.kubernetes.io/name': 'istio-cni',
      [dataPlaneModeLabel]: 'none',
      'sidecar.istio.io/inject': 'false',
    },
    selector: { 'k8s-app': 'istio-cni-node' },
  },
  nodeProxy: {
    name: 'ztunnel',
    labels: {
      app: 'ztunnel',
      'app.kubernetes.io/name': 'ztunnel',
      [dataPlaneModeLabel]: 'none',
      'sidecar.istio.io/inject': 'false',
    },
    selector: { app: 'ztunnel' },
  },
} as const;

/** Ports. Those of pods and of services are the same but for the webhook, which its Service has on 443. */
export const ports = {
  debug: 8080,
  agentHealth: 8000,
  tunnel: 15008,
  plainConfiguration: 15010,
  configuration: 15012,
  monitoring: 15014,
  webhook: 15017,
  proxyMetrics: 15020,
  proxyHealth: 15021,
} as const;
