import type { Input } from '@pulumi/pulumi';

/** Metadata as the platform writes it: the name is always explicit and known. */
export interface ManifestMetadata {
  name: string;
  namespace?: string;
  labels?: Readonly<Record<string, string>>;
  annotations?: Readonly<Record<string, string>>;
}

/** One Kubernetes object as it enters the program, whatever its source. Leaves may be Pulumi inputs. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: ManifestMetadata;
  [field: string]: unknown;
}

/** A value whose leaves may only be known when something else exists. */
export type DeepInput<T> = T extends object ? { [K in keyof T]: DeepInput<T[K]> | Input<T[K]> } : Input<T>;

const clusterScopedKinds = new Set([
  'APIService',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'GatewayClass',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
  'VolumeSnapshotClass',
]);

/** Whether a built-in kind lives outside namespaces. Custom kinds say so themselves. */
export function isClusterScoped(kind: string): boolean {
  return clusterScopedKinds.has(kind);
}

/** The Pulumi type token of an object: `kubernetes:<group>/<version>:<Kind>`, where the core group is `core`. */
export function resourceToken(manifest: Pick<Manifest, 'apiVersion' | 'kind'>): string {
  const group = manifest.apiVersion.includes('/') ? manifest.apiVersion : `core/${manifest.apiVersion}`;
  return `kubernetes:${group}:${manifest.kind}`;
}

/** Name of a workload's pod template path by kind, for what is done to every pod. */
export function podSpecOf(manifest: Manifest): Record<string, unknown> | undefined {
  const spec = asRecord(manifest.spec);
  switch (manifest.kind) {
    case 'Pod':
      return spec;
    case 'CronJob':
      return asRecord(asRecord(asRecord(asRecord(spec?.jobTemplate)?.spec)?.template)?.spec);
    case 'DaemonSet':
    case 'Deployment':
    case 'Job':
    case 'ReplicaSet':
    case 'StatefulSet':
      return asRecord(asRecord(spec?.template)?.spec);
    default:
      return undefined;
  }
}

/** A value as a record when it is one. */
export function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
