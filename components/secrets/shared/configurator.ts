import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as pulumi from '@pulumi/pulumi';
import type { Image } from '../../kit/images.ts';
import type { KubernetesObject } from '../../kit/kubernetes-object.ts';
import type { Manifest } from '../../kit/manifest.ts';
import type { Scope } from '../../kit/scope.ts';
import { container, priorityClasses, restrictedPod, serviceAccount } from '../../kit/workload.ts';
import {
  accounts,
  configuratorLabels,
  kubernetesAuth,
  secretsNamespace,
  serverCertificate,
} from './names.ts';
import { databaseSecret, platformConfiguration } from './platform-state.ts';
import type { Product } from './product.ts';
import { authoritySecret, dataKey, stateSecret } from './program/desired.ts';
import type { SecretsSettings } from './settings.ts';

/** Node.js as its makers publish it: the program is mounted, so there is no image of ours. */
const nodeImage: Image = { registry: 'docker.io', repository: 'library/node', tag: '24.21.0-alpine' };

const programMap = 'configuration-program';
const configurationMap = 'configuration';

/** Where things are in the container. */
const paths = {
  program: '/program',
  configuration: '/configuration',
  authority: '/authority',
  login: '/var/run/secrets/ninefold.dev/secrets',
  kubernetes: '/var/run/secrets/kubernetes.io/serviceaccount',
} as const;

/** The program's own files, as they stand beside this one, by name. */
export function programFiles(): Record<string, string> {
  const directory = join(import.meta.dirname, 'program');
  const names = readdirSync(directory)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .sort();
  const files = names.map((name) => [name, readFileSync(join(directory, name), 'utf8')]);
  return { ...Object.fromEntries(files), 'package.json': '{ "type": "module" }\n' };
}

/** Emits the configuration program: its files, its rights, a run now, and a run every few minutes. */
export function emitConfigurator(
  scope: Scope<SecretsSettings>,
  product: Product,
  after: readonly pulumi.Resource[],
): KubernetesObject {
  const configuration = JSON.stringify(platformConfiguration(product, scope.settings), null, 2);
  const maps = [
    scope.object('configuration-program', configMap(programMap, programFiles()), { dependsOn: after }),
    scope.object('configuration', configMap(configurationMap, { [dataKey]: configuration }), {
      dependsOn: after,
    }),
  ];
  const rights = emitRights(scope, product, after);
  const needed = [...after, ...maps, ...rights];
  const now = configurationRun(scope, 'configure', configuration + JSON.stringify(programFiles()), needed);
  scope.object(
    'repair',
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'configurator', labels: configuratorLabels },
      spec: {
        schedule: `*/${scope.settings.repairEvery} * * * *`,
        concurrencyPolicy: 'Forbid',
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 3,
        startingDeadlineSeconds: 60,
        jobTemplate: { spec: jobSpec(scope) },
      },
    },
    // The first run initialises; the others find that done.
    { dependsOn: [now] },
  );
  return now;
}

/** One run of the program, whenever what it is told has changed. A Job can't be changed, so its name tells what for. */
export function configurationRun(
  scope: Scope<unknown>,
  role: string,
  content: string,
  after: readonly pulumi.Resource[],
): KubernetesObject {
  const name = `configurator-${createHash('sha256').update(content).digest('hex').slice(0, 12)}`;
  return scope.object(
    role,
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, namespace: secretsNamespace, labels: configuratorLabels },
      spec: jobSpec(scope),
    },
    { dependsOn: after },
  );
}

function configMap(name: string, data: Record<string, string>): Manifest {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

function jobSpec(scope: Scope<unknown>) {
  return {
    // Ten minutes at the longest: pulling images is the slow part. A run that is killed is run again and goes on.
    activeDeadlineSeconds: 600,
    backoffLimit: 20,
    podReplacementPolicy: 'Failed',
    template: {
      metadata: { labels: configuratorLabels },
      spec: {
        serviceAccountName: accounts.configurator,
        automountServiceAccountToken: true,
        restartPolicy: 'OnFailure',
        securityContext: { ...restrictedPod, runAsUser: 1000, runAsGroup: 1000 },
        priorityClassName: priorityClasses.platform.name,
        containers: [
          container({
            name: 'configurator',
            image: scope.image(nodeImage),
            args: ['node', `${paths.program}/main.ts`],
            environment: {
              NAMESPACE: secretsNamespace,
              CONFIGURATION_FILE: `${paths.configuration}/${dataKey}`,
              SERVER_AUTHORITY_FILE: `${paths.authority}/ca.crt`,
              LOGIN_TOKEN_FILE: `${paths.login}/token`,
              KUBERNETES_URL: 'https://kubernetes.default.svc',
              KUBERNETES_AUTHORITY_FILE: `${paths.kubernetes}/ca.crt`,
              KUBERNETES_TOKEN_FILE: `${paths.kubernetes}/token`,
              PATIENCE_SECONDS: '540',
              LEASE_SECONDS: '30',
            },
            resources: { cpu: '20m', memory: '128Mi' },
            mounts: [
              { name: 'program', path: paths.program },
              { name: 'configuration', path: paths.configuration },
              { name: 'authority', path: paths.authority },
              { name: 'login', path: paths.login },
            ],
          }),
        ],
        volumes: [
          { name: 'program', configMap: { name: programMap } },
          { name: 'configuration', configMap: { name: configurationMap } },
          // The certificate of the authority alone: the server's key is none of the program's business.
          {
            name: 'authority',
            secret: { secretName: serverCertificate, items: [{ key: 'ca.crt', path: 'ca.crt' }] },
          },
          { name: 'login', projected: { sources: [loginToken] } },
        ],
      },
    },
  };
}

/** A token that is good for logging in to the server and for nothing else. */
export const loginToken = {
  serviceAccountToken: { audience: kubernetesAuth.audience, expirationSeconds: 600, path: 'token' },
};

/** What the program may do in its own namespace, by name wherever a name is known. */
function emitRights(scope: Scope<SecretsSettings>, product: Product, after: readonly pulumi.Resource[]) {
  const name = accounts.configurator;
  const own = [stateSecret, authoritySecret];
  const read = scope.settings.databases.map((database) => databaseSecret(database.name));
  const rules = [
    { apiGroups: [''], resources: ['secrets'], resourceNames: [...own, ...read], verbs: ['get'] },
    { apiGroups: [''], resources: ['secrets'], resourceNames: own, verbs: ['update'] },
    // Making can't be limited by name; what it makes carries its own two names.
    { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
    { apiGroups: [''], resources: ['configmaps'], verbs: ['list'] },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    {
      apiGroups: ['coordination.k8s.io'],
      resources: ['leases'],
      resourceNames: ['configuration'],
      verbs: ['get', 'update'],
    },
    // For the one case in which the keys were lost before anything was kept.
    { apiGroups: [''], resources: ['pods'], resourceNames: [`${product.name}-0`], verbs: ['get', 'delete'] },
    {
      apiGroups: [''],
      resources: ['persistentvolumeclaims'],
      resourceNames: [`data-${product.name}-0`],
      verbs: ['get', 'delete'],
    },
  ];
  const account = scope.object('configurator-account', serviceAccount(name), { dependsOn: after });
  const role = scope.object(
    'configurator-role',
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name }, rules },
    { dependsOn: after },
  );
  const binding = scope.object(
    'configurator-role-binding',
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: secretsNamespace }],
    },
    { dependsOn: [account, role] },
  );
  return [account, role, binding];
}
