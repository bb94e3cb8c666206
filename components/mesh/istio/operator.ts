import type * as pulumi from '@pulumi/pulumi';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import type { Manifest } from '../../kit/manifest.ts';
import type { Scope } from '../../kit/scope.ts';
import { standInNodeAgent, standInOperator } from '../../kit/stand-in.ts';
import { meshNamespace, nodesNamespace, ports, workloads } from './names.ts';
import { baseRelease, cniRelease, istiodRelease, istioImages, ztunnelRelease } from './releases.ts';
import type { IstioSettings } from './settings.ts';
import { controlPlaneEnvironment } from './values.ts';

/** Istiod lets its webhooks pass what it can't judge until it is ready, and then refuse it. */
const setByIstiod = { ignoreChanges: ['webhooks[*].failurePolicy'] };

/** Emits what is installed, each after what it asks: base, control plane, node agent, node proxy. */
export function emitReleases(
  scope: Scope<IstioSettings>,
  after: readonly pulumi.Resource[],
): KubernetesObject[] {
  const base = scope.release(baseRelease, baseStandIn, { dependsOn: after, ...setByIstiod });
  const controlPlane = scope.release(istiodRelease, () => istiodStandIn(scope), {
    dependsOn: [...after, ...base],
    ...setByIstiod,
  });
  const agent = scope.release(cniRelease, () => cniStandIn(scope), {
    dependsOn: [...after, ...controlPlane],
  });
  const all = [...base, ...controlPlane, ...agent];
  if (scope.settings.dataPlane === 'sidecar') return all;
  const proxy = scope.release(ztunnelRelease, () => ztunnelStandIn(scope), { dependsOn: [...after, ...all] });
  return [...all, ...proxy];
}

/** The webhook that judges every object of Istio. */
function baseStandIn(): Manifest[] {
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'istiod-default-validator' },
      webhooks: [
        {
          name: 'validation.istio.io',
          clientConfig: {
            service: { name: 'istiod', namespace: meshNamespace, path: '/validate', port: 443 },
          },
          rules: [
            {
              operations: ['CREATE', 'UPDATE'],
              apiGroups: [
                'security.istio.io',
                'networking.istio.io',
                'telemetry.istio.io',
                'extensions.istio.io',
              ],
              apiVersions: ['*'],
              resources: ['*'],
            },
          ],
          failurePolicy: 'Ignore',
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    },
  ];
}

function istiodStandIn(scope: Scope<IstioSettings>): readonly Manifest[] {
  const { replicas, resources } = scope.settings.controlPlane;
  const { name, labels } = workloads.controlPlane;
  const scaled: Manifest = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name },
    spec: {
      minReplicas: replicas.min,
      maxReplicas: replicas.max,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
        },
      ],
    },
  };
  return [
    ...standInOperator({
      name,
      labels,
      image: scope.image(istioImages.controlPlane),
      replicas: replicas.min,
      resources,
      environment: controlPlaneEnvironment(scope.settings),
      args: ['discovery', `--monitoringAddr=:${ports.monitoring}`, '--grpcAddr='],
      ports: [
        { name: 'http-debug', port: ports.debug },
        { name: 'grpc-xds', port: ports.plainConfiguration },
        { name: 'tls-xds', port: ports.configuration },
        { name: 'https-webhooks', port: ports.webhook },
        { name: 'http-monitoring', port: ports.monitoring },
      ],
    }),
    ...(replicas.max > replicas.min ? [scaled] : []),
  ];
}

function cniStandIn(scope: Scope<IstioSettings>): readonly Manifest[] {
  const { name, labels } = workloads.nodeAgent;
  const ambient = scope.settings.dataPlane === 'ambient';
  return standInNodeAgent({
    name,
    namespace: nodesNamespace,
    serviceAccount: 'istio-cni',
    labels,
    container: 'install-cni',
    image: scope.image(istioImages.nodeAgent),
    resources: scope.settings.nodeAgent.resources,
    args: ['--log_output_level=info', '--log_as_json'],
    ports: [{ name: 'metrics', port: ports.monitoring }],
    kubernetesApi: true,
    securityContext: {
      privileged: false,
      runAsUser: 0,
      runAsGroup: 0,
      runAsNonRoot: false,
      capabilities: {
        drop: ['ALL'],
        add: ['NET_ADMIN', 'NET_RAW', 'SYS_PTRACE', 'SYS_ADMIN', 'DAC_OVERRIDE'],
      },
    },
    hostPaths: {
      'cni-bin-dir': { path: '/opt/cni/bin', mountPath: '/host/opt/cni/bin', writable: true },
      'cni-net-dir': { path: '/etc/cni/net.d', mountPath: '/host/etc/cni/net.d', writable: true },
      'cni-socket-dir': { path: '/var/run/istio-cni', mountPath: '/var/run/istio-cni', writable: true },
      'cni-netns-dir': { path: '/var/run/netns', mountPath: '/host/var/run/netns', writable: true },
      ...(ambient
        ? {
            'cni-ztunnel-sock-dir': {
              path: '/var/run/ztunnel',
              mountPath: '/var/run/ztunnel',
              writable: true,
            },
          }
        : {}),
    },
  });
}

function ztunnelStandIn(scope: Scope<IstioSettings>): readonly Manifest[] {
  const { name, labels } = workloads.nodeProxy;
  return standInNodeAgent({
    name,
    namespace: nodesNamespace,
    serviceAccount: 'ztunnel',
    labels,
    container: 'istio-proxy',
    image: scope.image(istioImages.nodeProxy),
    resources: scope.settings.nodeProxy.resources,
    args: ['proxy', 'ztunnel'],
    ports: [{ name: 'ztunnel-stats', port: ports.proxyMetrics }],
    kubernetesApi: false,
    securityContext: {
      allowPrivilegeEscalation: true,
      privileged: false,
      capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'SYS_ADMIN', 'NET_RAW'] },
      readOnlyRootFilesystem: true,
      runAsUser: 0,
      runAsGroup: 1337,
      runAsNonRoot: false,
    },
    hostPaths: {
      'cni-ztunnel-sock-dir': { path: '/var/run/ztunnel', mountPath: '/var/run/ztunnel', writable: true },
    },
  });
}
