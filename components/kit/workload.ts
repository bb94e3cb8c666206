import type { ContainerResources } from './footprint.ts';
import type { Manifest } from './manifest.ts';

/** What every container of ours runs under; satisfies the restricted Pod Security level. */
export const restrictedContainer = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  privileged: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
} as const;

/** What every pod of ours runs under. */
export const restrictedPod = {
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
} as const;

/**
 * Requests with memory as the limit. There is no CPU limit: throttling an operator delays every reconciliation.
 * Memory is limited, since it can't be shared.
 */
export function resourceRequirements({ cpu, memory }: ContainerResources) {
  return { requests: { cpu, memory }, limits: { memory } };
}

/** A container by what differs from the platform's defaults. */
export interface ContainerOptions {
  name: string;
  image: string;
  args?: readonly string[];
  environment?: Readonly<Record<string, string>>;
  resources: ContainerResources;
  ports?: readonly { name: string; port: number }[];
  /** Path and port of the HTTP probe that says whether the container can serve. */
  readiness?: { path: string; port: number; scheme?: 'HTTP' | 'HTTPS' };
  /** What is mounted, read-only unless it says otherwise. */
  mounts?: readonly { name: string; path: string; writable?: boolean }[];
  /** For what can't live with less: needs a declared `privileged` exception. @default restricted */
  securityContext?: object;
}

/** A container with requests, a memory limit and a restricted security context. */
export function container(options: ContainerOptions): Record<string, unknown> {
  return {
    name: options.name,
    image: options.image,
    ...(options.args ? { args: options.args } : {}),
    ...(options.environment
      ? { env: Object.entries(options.environment).map(([name, value]) => ({ name, value })) }
      : {}),
    resources: resourceRequirements(options.resources),
    securityContext: options.securityContext ?? restrictedContainer,
    ...(options.ports
      ? { ports: options.ports.map(({ name, port }) => ({ name, containerPort: port, protocol: 'TCP' })) }
      : {}),
    ...(options.readiness
      ? { readinessProbe: { httpGet: { scheme: 'HTTP', ...options.readiness }, periodSeconds: 10 } }
      : {}),
    ...(options.mounts
      ? {
          volumeMounts: options.mounts.map(({ name, path, writable = false }) => ({
            name,
            mountPath: path,
            readOnly: !writable,
          })),
        }
      : {}),
  };
}

/** A Deployment by what differs from the platform's defaults. */
export interface DeploymentOptions {
  name: string;
  namespace?: string;
  /** Labels that select its pods. */
  labels: Readonly<Record<string, string>>;
  replicas: number;
  serviceAccount: string;
  /** Whether its pods need a token for the API server. @default false */
  kubernetesApi?: boolean;
  containers: readonly Record<string, unknown>[];
  volumes?: readonly Record<string, unknown>[];
  priorityClass?: string;
}

/** A Deployment whose pods are restricted, and spread over zones and nodes when there are several. */
export function deployment(options: DeploymentOptions): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: options.name,
      ...(options.namespace ? { namespace: options.namespace } : {}),
      labels: options.labels,
    },
    spec: {
      replicas: options.replicas,
      selector: { matchLabels: options.labels },
      template: {
        metadata: { labels: options.labels },
        spec: {
          serviceAccountName: options.serviceAccount,
          automountServiceAccountToken: options.kubernetesApi ?? false,
          securityContext: restrictedPod,
          priorityClassName: options.priorityClass ?? priorityClasses.platform.name,
          containers: options.containers,
          ...(options.volumes ? { volumes: options.volumes } : {}),
          ...(options.replicas > 1 ? { topologySpreadConstraints: topologySpread(options.labels) } : {}),
        },
      },
    },
  };
}

/** A DaemonSet by what differs from the platform's defaults. */
export interface DaemonSetOptions {
  name: string;
  namespace?: string;
  /** Labels that select its pods. */
  labels: Readonly<Record<string, string>>;
  serviceAccount: string;
  /** Whether its pods need a token for the API server. @default false */
  kubernetesApi?: boolean;
  containers: readonly Record<string, unknown>[];
  volumes?: readonly Record<string, unknown>[];
  /** What a pod may do; a node's agent often can't be restricted. @default restricted */
  securityContext?: object;
}

/** A DaemonSet whose pods run on every node, whatever its taints, and are the last to be evicted. */
export function daemonSet(options: DaemonSetOptions): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: {
      name: options.name,
      ...(options.namespace ? { namespace: options.namespace } : {}),
      labels: options.labels,
    },
    spec: {
      selector: { matchLabels: options.labels },
      template: {
        metadata: { labels: options.labels },
        spec: {
          serviceAccountName: options.serviceAccount,
          automountServiceAccountToken: options.kubernetesApi ?? false,
          securityContext: options.securityContext ?? restrictedPod,
          priorityClassName: 'system-node-critical',
          tolerations: [{ operator: 'Exists' }],
          containers: options.containers,
          ...(options.volumes ? { volumes: options.volumes } : {}),
        },
      },
    },
  };
}

/** Over zones as evenly as can be, and never all on one node. */
export function topologySpread(labels: Readonly<Record<string, string>>) {
  return ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: labels },
  }));
}

/** Keeps all but one replica through voluntary disruptions. Of use only where there are several. */
export function podDisruptionBudget(
  name: string,
  labels: Readonly<Record<string, string>>,
  namespace?: string,
): Manifest {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, ...(namespace ? { namespace } : {}) },
    spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
  };
}

/** A service account whose token is mounted only where a pod asks for it. */
export function serviceAccount(name: string, namespace?: string): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, ...(namespace ? { namespace } : {}) },
    automountServiceAccountToken: false,
  };
}

/** A Service in front of pods, without an address of its own outside the cluster. */
export function service(
  name: string,
  labels: Readonly<Record<string, string>>,
  ports: readonly { name: string; port: number }[],
): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels },
    spec: {
      type: 'ClusterIP',
      selector: labels,
      ports: ports.map(({ name: port, port: number }) => ({
        name: port,
        port: number,
        targetPort: number,
        protocol: 'TCP',
      })),
    },
  };
}

/** Priority classes of the platform, highest last. Values leave room between and below system classes. */
export const priorityClasses = {
  platform: { name: 'ninefold-platform', value: 100_000, description: 'Operators and gateways' },
  data: { name: 'ninefold-data', value: 200_000, description: 'What holds data' },
} as const;
