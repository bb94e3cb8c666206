import type * as pulumi from '@pulumi/pulumi';
import { createHash } from 'node:crypto';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import type { Manifest } from '../../kit/manifest.ts';
import type { Scope } from '../../kit/scope.ts';
import {
  container,
  podDisruptionBudget,
  priorityClasses,
  restrictedPod,
  service,
  serviceAccount,
  topologySpread,
} from '../../kit/workload.ts';
import { ports, secretsNamespace, serverCertificate } from './names.ts';
import { podLabels, podsService, type Product, serverNames } from './product.ts';
import { containerPlaces, serverConfiguration, startScript } from './server-configuration.ts';
import type { SecretsSettings } from './settings.ts';

const configurationPath = '/server/configuration';

/** Emits the server: certificate, configuration, StatefulSet and Services. */
export function emitServer(
  scope: Scope<SecretsSettings>,
  product: Product,
  after: readonly pulumi.Resource[],
): KubernetesObject[] {
  const { settings } = scope;
  const { name } = product;
  const certificate = scope.request('certificates', {
    name: serverCertificate,
    namespace: secretsNamespace,
    dnsNames: serverNames(product),
    usages: ['server', 'client'],
    mountPath: containerPlaces.tls,
  });
  const data = { 'server.hcl': serverConfiguration(product, settings), 'start.sh': startScript(settings) };
  const account = scope.object('server-account', accountOf(product, settings), { dependsOn: after });
  const reviewer = scope.object('server-token-review', tokenReviewer(name), { dependsOn: [account] });
  const configuration = scope.object(
    'server-configuration',
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `${name}-server` }, data },
    { dependsOn: after },
  );
  const pods = scope.object('server-pods', headless(product), { dependsOn: after });
  const version = createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 16);
  const server = scope.object('server', statefulSet(scope, product, version), {
    dependsOn: [...after, ...certificate.grantedBy, account, reviewer, configuration, pods],
    holdsData: 'all secrets, and the keys of every encrypted field',
  });
  const front = scope.object(
    'server-service',
    service(name, podLabels(product), [{ name: 'api', port: ports.api }]),
    {
      dependsOn: after,
    },
  );
  const budget =
    settings.replicas > 1
      ? [scope.object('server-budget', podDisruptionBudget(name, podLabels(product)), { dependsOn: after })]
      : [];
  return [server, front, ...budget];
}

function accountOf({ name }: Product, { awskms }: SecretsSettings): Manifest {
  const account = serviceAccount(name);
  if (!awskms?.roleArn) return account;
  const annotations = { 'eks.amazonaws.com/role-arn': awskms.roleArn };
  return { ...account, metadata: { ...account.metadata, annotations } };
}

/** Lets the server ask whose a token is, and nothing else. */
function tokenReviewer(name: string): Manifest {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: `ninefold-${name}-token-review` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:auth-delegator' },
    subjects: [{ kind: 'ServiceAccount', name, namespace: secretsNamespace }],
  };
}

/** Names for all pods, also for those that are still sealed: that is how they are unsealed and join. */
function headless(product: Product): Manifest {
  const labels = podLabels(product);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: podsService(product), labels },
    spec: {
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: labels,
      ports: [
        { name: 'api', port: ports.api, targetPort: ports.api, protocol: 'TCP' },
        { name: 'cluster', port: ports.cluster, targetPort: ports.cluster, protocol: 'TCP' },
      ],
    },
  };
}

function statefulSet(scope: Scope<SecretsSettings>, product: Product, version: string): Manifest {
  const { settings } = scope;
  const { name, variables } = product;
  const labels = podLabels(product);
  const main = container({
    name: 'server',
    image: scope.image(product.image),
    args: [product.command, 'server', `-config=${configurationPath}/server.hcl`],
    resources: settings.resources,
    ports: [
      { name: 'api', port: ports.api },
      { name: 'cluster', port: ports.cluster },
      { name: 'metrics', port: ports.metrics },
    ],
    // A sealed node answers 503 and one without keys 501: neither is ready. A standby is: it forwards.
    readiness: { path: '/v1/sys/health?standbyok=true', port: ports.api, scheme: 'HTTPS' },
  });
  const fromPod = (field: string) => ({ valueFrom: { fieldRef: { fieldPath: field } } });
  const own = `https://$(POD_NAME).${podsService(product)}.${secretsNamespace}.svc`;
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {
      name,
      labels,
      // Pods are ready once they are unsealed, which the configuration program does after this.
      annotations: { 'pulumi.com/skipAwait': 'true' },
    },
    spec: {
      replicas: settings.replicas,
      serviceName: podsService(product),
      podManagementPolicy: 'Parallel',
      // A new version goes in node by node, standbys first, by the hands of somebody who looks.
      updateStrategy: { type: 'OnDelete' },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { 'ninefold.dev/configuration': version } },
        spec: {
          serviceAccountName: name,
          automountServiceAccountToken: true,
          terminationGracePeriodSeconds: 30,
          // The user of both images; the group must own the disks.
          securityContext: { ...restrictedPod, runAsUser: 100, runAsGroup: 1000, fsGroup: 1000 },
          priorityClassName: priorityClasses.data.name,
          containers: [
            {
              ...main,
              // Not the image's own entry point: that wants to be root first.
              command: ['/bin/sh', `${configurationPath}/start.sh`],
              env: [
                { name: 'POD_NAME', ...fromPod('metadata.name') },
                { name: `${variables}_RAFT_NODE_ID`, value: '$(POD_NAME)' },
                { name: `${variables}_API_ADDR`, value: `${own}:${ports.api}` },
                { name: `${variables}_CLUSTER_ADDR`, value: `${own}:${ports.cluster}` },
                { name: 'HOME', value: '/tmp' },
              ],
              volumeMounts: [
                { name: 'configuration', mountPath: configurationPath, readOnly: true },
                { name: 'tls', mountPath: containerPlaces.tls, readOnly: true },
                { name: 'data', mountPath: containerPlaces.data },
                { name: 'audit', mountPath: containerPlaces.audit },
                { name: 'temporary', mountPath: '/tmp' },
              ],
            },
          ],
          volumes: [
            { name: 'configuration', configMap: { name: `${name}-server` } },
            { name: 'tls', secret: { secretName: serverCertificate } },
            { name: 'temporary', emptyDir: { medium: 'Memory', sizeLimit: '16Mi' } },
          ],
          ...(settings.replicas > 1 ? { topologySpreadConstraints: spread(labels) } : {}),
        },
      },
      volumeClaimTemplates: [
        claim('data', settings.storage, settings.storageClass),
        claim('audit', settings.auditStorage, settings.storageClass),
      ],
    },
  };
}

/** Over zones as evenly as can be, and strictly one to a node: two nodes on one machine are no majority when it goes. */
function spread(labels: Readonly<Record<string, string>>): readonly object[] {
  return topologySpread(labels).map((constraint) =>
    'topologyKey' in constraint && constraint.topologyKey === 'kubernetes.io/hostname'
      ? { ...constraint, whenUnsatisfiable: 'DoNotSchedule' }
      : constraint,
  );
}

function claim(name: string, storage: string, storageClass: string | undefined) {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: {
      accessModes: ['ReadWriteOnce'],
      ...(storageClass ? { storageClassName: storageClass } : {}),
      resources: { requests: { storage } },
    },
  };
}
