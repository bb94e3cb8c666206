import type { ContainerResources } from '../../kit/footprint.ts';
import { imageReference } from '../../kit/images.ts';
import { istioKinds, istioVersion } from '../../kit/istio-kinds.ts';
import { crdName } from '../../kit/kinds.ts';
import type { PlanContext } from '../../kit/plan-context.ts';
import type { ChartValues } from '../../kit/release.ts';
import { priorityClasses } from '../../kit/workload.ts';
import { meshNamespace, nodesNamespace, waypointClass, workloads } from './names.ts';
import { extensionProviders } from './providers.ts';
import { imageVariant, istioImages } from './releases.ts';
import type { IstioSettings } from './settings.ts';

type Context = PlanContext<IstioSettings>;

/** The registry and path that the charts put before each image's name. */
function hub({ images }: Context): string {
  return imageReference(istioImages.controlPlane, images).replace(/\/pilot:.*$/, '');
}

/** A container's requests, with its memory as the limit. */
export function resourceValues({ cpu, memory }: ContainerResources) {
  return { requests: { cpu, memory }, limits: { memory } };
}

/** Values of the chart `base`. Its switch for definitions only changes how it renders them, so each is named. */
export function baseValues(): ChartValues {
  return {
    defaultRevision: 'default',
    global: { istioNamespace: meshNamespace },
    base: { excludedCRDs: Object.values(istioKinds).map(crdName) },
  };
}

/** What all proxies and the control plane agree on. */
export function meshConfig({ settings }: Context): ChartValues {
  const ambient = settings.dataPlane === 'ambient';
  return {
    trustDomain: settings.trustDomain,
    accessLogEncoding: 'JSON',
    extensionProviders,
    enablePrometheusMerge: true,
    outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
    meshMTLS: { minProtocolVersion: 'TLSV1_3' },
    tlsDefaults: { minProtocolVersion: 'TLSV1_2' },
    defaultConfig: {
      holdApplicationUntilProxyStarts: true,
      ...(ambient ? { proxyMetadata: { ISTIO_META_ENABLE_HBONE: 'true' } } : {}),
    },
  };
}

/** Values of the chart `istiod`. */
export function istiodValues(context: Context): ChartValues {
  const { settings } = context;
  const ambient = settings.dataPlane === 'ambient';
  const { controlPlane, sidecar, waypoint } = settings;
  const { min, max } = controlPlane.replicas;
  return {
    global: {
      hub: hub(context),
      tag: istioVersion,
      variant: imageVariant,
      istioNamespace: meshNamespace,
      priorityClassName: priorityClasses.platform.name,
      logAsJson: true,
      // A budget before a single replica would block every drain.
      defaultPodDisruptionBudget: { enabled: min > 1 },
      proxy: {
        resources: resourceValues(sidecar.resources),
        seccompProfile: { type: 'RuntimeDefault' },
      },
      waypoint: { resources: resourceValues(waypoint.resources) },
    },
    autoscaleEnabled: max > min,
    autoscaleMin: min,
    autoscaleMax: max,
    replicaCount: min,
    resources: resourceValues(controlPlane.resources),
    seccompProfile: { type: 'RuntimeDefault' },
    gateways: { seccompProfile: { type: 'RuntimeDefault' } },
    topologySpreadConstraints: min > 1 ? spread(workloads.controlPlane.selector) : [],
    // Only the agent leads traffic into proxies, so no pod of a team needs rights over its network.
    cni: { enabled: true },
    // No configuration without TLS, and no debugging interface beside the probe's.
    extraContainerArgs: ['--grpcAddr='],
    env: controlPlaneEnvironment(settings),
    ...(ambient ? { trustedZtunnelNamespace: nodesNamespace } : {}),
    gatewayClasses: ambient ? { [waypointClass]: waypointDefaults(settings) } : {},
    meshConfig: meshConfig(context),
  };
}

/** Variables of the control plane. */
export function controlPlaneEnvironment({ dataPlane }: IstioSettings): Record<string, string> {
  return {
    ENABLE_DEBUG_ON_HTTP: 'false',
    // The keys of an issuer are fetched from where a policy says: never from this machine or a cloud's own services.
    BLOCKED_CIDRS_IN_JWKS_URIS: '127.0.0.0/8,169.254.0.0/16,::1/128,fe80::/10',
    ...(dataPlane === 'ambient' ? { PILOT_ENABLE_AMBIENT: 'true' } : {}),
  };
}

/** What Istio makes of every waypoint: how many replicas, and where. */
function waypointDefaults({ waypoint }: IstioSettings): ChartValues {
  const { min, max } = waypoint.replicas;
  return {
    deployment: {
      spec: {
        template: {
          spec: {
            priorityClassName: priorityClasses.platform.name,
            securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
          },
        },
      },
    },
    horizontalPodAutoscaler: { spec: { minReplicas: min, maxReplicas: max } },
    ...(min > 1 ? { podDisruptionBudget: { spec: { minAvailable: min - 1 } } } : {}),
  };
}

/** Values of the chart `cni`. */
export function cniValues(context: Context): ChartValues {
  const { settings } = context;
  return {
    global: { hub: hub(context), tag: istioVersion, variant: imageVariant, logAsJson: true },
    excludeNamespaces: ['kube-system', meshNamespace, nodesNamespace],
    ambient: { enabled: settings.dataPlane === 'ambient', reconcileIptablesOnStartup: true },
    resources: resourceValues(settings.nodeAgent.resources),
  };
}

/** Values of the chart `ztunnel`. */
export function ztunnelValues(context: Context): ChartValues {
  return {
    hub: hub(context),
    tag: istioVersion,
    variant: imageVariant,
    istioNamespace: meshNamespace,
    logAsJson: true,
    resources: resourceValues(context.settings.nodeProxy.resources),
  };
}

function spread(matchLabels: Readonly<Record<string, string>>) {
  return ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels },
  }));
}
