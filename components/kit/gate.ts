import { createHash } from 'node:crypto';
import type * as pulumi from '@pulumi/pulumi';
import type { Image } from './images.ts';
import { apiVersion, type CustomKind } from './kinds.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { allowKubernetesApi } from './network.ts';
import type { Scope } from './scope.ts';
import { container, priorityClasses, restrictedPod, serviceAccount } from './workload.ts';

/** Upstream's own client image; it holds nothing but the program. */
const kubectl: Image = { registry: 'registry.k8s.io', repository: 'kubectl', tag: 'v1.36.3' };

/** The subject of the `kubernetes-api` exception that every implementation with a gate declares. */
export const gateSubject = 'gate';

/** Name of what a gate asks about, which is never made. */
export const sampleName = 'ninefold-gate-sample';

/** What a gate waits for. */
export interface GateOptions {
  /**
   * A custom resource that the operator's webhooks must accept before any real one is sent. It has a name that no
   * real one has: of one that is there, the API server would say so instead of asking the webhooks.
   */
  sample: { kind: CustomKind; spec: object };
  /** The operator: its workloads and whatever they need. */
  after: readonly pulumi.Resource[];
}

/**
 * Stands between an operator and its operands: a Job that sends a sample as a server-side dry run until the API
 * server accepts it, which it does only once the definitions are served and every webhook answers.
 */
export function gate(scope: Scope<unknown>, options: GateOptions): KubernetesObject {
  const { kind, spec } = options.sample;
  const sample = JSON.stringify({
    apiVersion: apiVersion(kind),
    kind: kind.kind,
    metadata: { name: sampleName, ...(kind.namespaced ? { namespace: scope.namespace } : {}) },
    spec,
  });
  // A Job can't be changed: another sample needs a Job of another name.
  const name = `gate-${createHash('sha256').update(sample).digest('hex').slice(0, 8)}`;
  const labels = { 'app.kubernetes.io/name': 'gate' };
  const { after } = options;

  const account = scope.object('gate-account', serviceAccount('gate'), { dependsOn: after });
  const role = scope.object(
    'gate-role',
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: kind.namespaced ? 'Role' : 'ClusterRole',
      metadata: { name: kind.namespaced ? 'gate' : `ninefold-${scope.capability}-gate` },
      rules: [{ apiGroups: [kind.group], resources: [kind.plural], verbs: ['create'] }],
    },
    { dependsOn: after },
  );
  const binding = scope.object('gate-role-binding', roleBinding(scope, kind), { dependsOn: [account, role] });
  const network = scope.object(
    'gate-network',
    allowKubernetesApi(gateSubject, labels, scope.plan.environment.cluster.apiServer),
    { dependsOn: after },
  );
  const samples = scope.object(
    'gate-sample',
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { 'sample.json': sample } },
    { dependsOn: after },
  );
  return scope.object(
    'gate',
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, labels },
      spec: {
        // Ten minutes at the longest: pulling the operator's image is the slow part.
        activeDeadlineSeconds: 600,
        backoffLimit: 100,
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: 'gate',
            automountServiceAccountToken: true,
            restartPolicy: 'OnFailure',
            securityContext: { ...restrictedPod, runAsUser: 65532, runAsGroup: 65532 },
            priorityClassName: priorityClasses.platform.name,
            containers: [
              container({
                name: 'dry-run',
                image: scope.image(kubectl),
                args: ['create', '--dry-run=server', '--cache-dir=/tmp', '--filename=/samples/sample.json'],
                resources: { cpu: '10m', memory: '64Mi' },
                mounts: [{ name: 'samples', path: '/samples' }],
              }),
            ],
            volumes: [{ name: 'samples', configMap: { name } }],
          },
        },
      },
    },
    { dependsOn: [binding, network, samples] },
  );
}

function roleBinding(scope: Scope<unknown>, kind: CustomKind) {
  const roleKind = kind.namespaced ? 'Role' : 'ClusterRole';
  const name = kind.namespaced ? 'gate' : `ninefold-${scope.capability}-gate`;
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: `${roleKind}Binding`,
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: roleKind, name },
    subjects: [{ kind: 'ServiceAccount', name: 'gate', namespace: scope.namespace }],
  };
}
