import type * as pulumi from '@pulumi/pulumi';
import type { Image } from '../../kit/images.ts';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import type { ChartValues } from '../../kit/release.ts';
import type { Scope } from '../../kit/scope.ts';
import { standInOperator } from '../../kit/stand-in.ts';
import type { Upstream } from '../../kit/upstream.ts';
import { priorityClasses, topologySpread } from '../../kit/workload.ts';
import type { SecretsSettings } from './settings.ts';

const version = '2.9.0';

const image: Image = {
  registry: 'ghcr.io',
  repository: 'external-secrets/external-secrets',
  tag: `v${version}`,
};

/** The release of External Secrets. Only its newest minor version is supported, and there is one every three weeks. */
export const externalSecretsRelease: Upstream = {
  name: 'external-secrets',
  title: 'External Secrets',
  version,
  licence: 'Apache-2.0',
  source: { type: 'chart', repository: 'https://charts.external-secrets.io', chart: 'external-secrets' },
  images: [image],
  kubernetes: '>=1.30',
  homepage: 'https://external-secrets.io/',
};

/** The three workloads, with what each opens. */
export const workloads = {
  controller: {
    name: 'external-secrets',
    ports: [
      { name: 'metrics', port: 8080 },
      { name: 'live', port: 8082 },
    ],
  },
  webhook: {
    name: 'external-secrets-webhook',
    ports: [
      { name: 'metrics', port: 8080 },
      { name: 'ready', port: 8081 },
      { name: 'webhook', port: 10250 },
    ],
  },
  certController: {
    name: 'external-secrets-cert-controller',
    ports: [
      { name: 'metrics', port: 8080 },
      { name: 'ready', port: 8081 },
    ],
  },
} as const;

/** One of the three workloads. */
export type WorkloadRole = keyof typeof workloads;

export const workloadRoles: readonly WorkloadRole[] = ['controller', 'webhook', 'certController'];

/** Labels that the chart gives the pods of a workload. */
export function workloadLabels(role: WorkloadRole): Record<string, string> {
  return {
    'app.kubernetes.io/name': workloads[role].name,
    'app.kubernetes.io/instance': externalSecretsRelease.name,
  };
}

/**
 * What differs from the chart's own values. Definitions are the foundation's; whatever would push secrets out, make
 * them for many namespaces at once, or widen the rights of the cluster's own roles, is off.
 */
export function externalSecretsValues({ externalSecrets: sizes }: SecretsSettings): ChartValues {
  const workload = (role: WorkloadRole) => ({
    replicaCount: sizes[role].replicas,
    resources: {
      requests: { ...sizes[role].resources },
      limits: { memory: sizes[role].resources.memory },
    },
    priorityClassName: priorityClasses.platform.name,
    podDisruptionBudget: { enabled: sizes[role].replicas > 1 },
    topologySpreadConstraints: sizes[role].replicas > 1 ? topologySpread(workloadLabels(role)) : [],
  });
  return {
    installCRDs: false,
    crds: { conversion: { enabled: false }, unsafeServeV1Beta1: false },
    ...workload('controller'),
    // Without it two replicas would both write.
    leaderElect: true,
    processClusterExternalSecret: false,
    processClusterPushSecret: false,
    processClusterGenerator: false,
    processPushSecret: false,
    rbac: { aggregateToView: false, aggregateToEdit: false, aggregateToAdmin: false },
    livenessProbe: { enabled: true },
    readinessProbe: { enabled: true },
    webhook: workload('webhook'),
    certController: workload('certController'),
  };
}

/** Emits controller, webhook and the controller of its certificate. */
export function emitExternalSecrets(
  scope: Scope<SecretsSettings>,
  after: readonly pulumi.Resource[],
): KubernetesObject[] {
  const sizes = scope.settings.externalSecrets;
  const standIn = () =>
    workloadRoles.flatMap((role) =>
      standInOperator({
        name: workloads[role].name,
        labels: workloadLabels(role),
        image: scope.image(image),
        replicas: sizes[role].replicas,
        resources: sizes[role].resources,
        ports: workloads[role].ports,
      }),
    );
  return scope.release(externalSecretsRelease, standIn, { dependsOn: after });
}
