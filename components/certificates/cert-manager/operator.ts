import type * as pulumi from '@pulumi/pulumi';
import type { Image } from '../../kit/images.ts';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import type { Scope } from '../../kit/scope.ts';
import { standInOperator } from '../../kit/stand-in.ts';
import type { Upstream } from '../../kit/upstream.ts';
import type { CertManagerSettings } from './settings.ts';

const tag = 'v1.21.1';

function image(component: string): Image {
  return { registry: 'quay.io', repository: `jetstack/cert-manager-${component}`, tag };
}

const images = {
  controller: image('controller'),
  webhook: image('webhook'),
  cainjector: image('cainjector'),
  /** The controller starts it to answer challenges of public authorities. */
  acmesolver: image('acmesolver'),
};

/** The release of cert-manager. */
export const certManagerRelease: Upstream = {
  name: 'cert-manager',
  title: 'cert-manager',
  version: 'v1.21.1',
  licence: 'Apache-2.0',
  source: { type: 'chart', repository: 'oci://quay.io/jetstack/charts', chart: 'cert-manager' },
  images: Object.values(images),
  kubernetes: '>=1.32 <1.38',
  homepage: 'https://cert-manager.io/docs/',
};

/** The three workloads, with what each opens. `metrics` is plain HTTP, the webhook's own port is TLS. */
export const workloads = {
  controller: { name: 'cert-manager', ports: [{ name: 'http-metrics', port: 9402 }] },
  webhook: {
    name: 'cert-manager-webhook',
    ports: [
      { name: 'https', port: 10250 },
      { name: 'healthcheck', port: 6080 },
      { name: 'http-metrics', port: 9402 },
    ],
  },
  cainjector: { name: 'cert-manager-cainjector', ports: [{ name: 'http-metrics', port: 9402 }] },
} as const;

/** One of the three workloads. */
export type WorkloadRole = keyof typeof workloads;

export const workloadRoles: readonly WorkloadRole[] = ['controller', 'webhook', 'cainjector'];

/** Labels that the release gives the pods of a workload. */
export function workloadLabels(role: WorkloadRole): Record<string, string> {
  const name = role === 'controller' ? 'cert-manager' : role;
  return { 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': role };
}

/** Emits controller, webhook and injector. */
export function emitOperator(
  scope: Scope<CertManagerSettings>,
  after: readonly pulumi.Resource[],
): KubernetesObject[] {
  const standIn = () =>
    workloadRoles.flatMap((role) =>
      standInOperator({
        name: workloads[role].name,
        labels: workloadLabels(role),
        image: scope.image(images[role]),
        replicas: scope.settings[role].replicas,
        resources: scope.settings[role].resources,
        ports: workloads[role].ports,
      }),
    );
  return scope.release(certManagerRelease, standIn, { dependsOn: after });
}
