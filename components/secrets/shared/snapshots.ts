import type * as pulumi from '@pulumi/pulumi';
import type { Image } from '../../kit/images.ts';
import type { Scope } from '../../kit/scope.ts';
import { container, priorityClasses, restrictedPod, serviceAccount } from '../../kit/workload.ts';
import { loginToken } from './configurator.ts';
import { accounts, kubernetesAuth, roles, serverCertificate, snapshotLabels } from './names.ts';
import { type Product, serviceAddress } from './product.ts';
import type { SecretsSettings } from './settings.ts';

const awsImage: Image = { registry: 'docker.io', repository: 'amazon/aws-cli', tag: '2.33.1' };

/** Emits the CronJob that takes snapshots to object storage, where the settings name one. */
export function emitSnapshots(
  scope: Scope<SecretsSettings>,
  product: Product,
  after: readonly pulumi.Resource[],
): void {
  const { snapshots } = scope.settings;
  if (!snapshots) return;
  const account = scope.object('snapshots-account', serviceAccount(accounts.snapshots), { dependsOn: after });
  scope.object(
    'snapshots',
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'snapshots', labels: snapshotLabels },
      spec: {
        schedule: snapshots.schedule,
        concurrencyPolicy: 'Forbid',
        jobTemplate: { spec: jobSpec(scope, product, snapshots) },
      },
    },
    { dependsOn: [...after, account] },
  );
}

function jobSpec(
  scope: Scope<SecretsSettings>,
  product: Product,
  snapshots: NonNullable<SecretsSettings['snapshots']>,
) {
  const space = [{ name: 'snapshot', mountPath: '/snapshot' }];
  const take = container({
    name: 'take',
    image: scope.image(product.image),
    args: ['/bin/sh', '-euc', takeScript(product)],
    environment: {
      [`${product.variables}_ADDR`]: serviceAddress(product),
      [`${product.variables}_CACERT`]: '/authority/ca.crt',
      HOME: '/snapshot',
    },
    resources: { cpu: '20m', memory: '128Mi' },
  });
  const store = container({
    name: 'store',
    image: scope.image(awsImage),
    args: ['/bin/sh', '-euc', storeScript],
    environment: {
      AWS_REGION: snapshots.region,
      ...(snapshots.endpoint ? { AWS_ENDPOINT_URL_S3: snapshots.endpoint } : {}),
      DESTINATION: `s3://${snapshots.bucket}/${snapshots.prefix}`,
      HOME: '/snapshot',
    },
    resources: { cpu: '20m', memory: '256Mi' },
  });
  return {
    backoffLimit: 3,
    activeDeadlineSeconds: 1800,
    template: {
      metadata: { labels: snapshotLabels },
      spec: {
        serviceAccountName: accounts.snapshots,
        automountServiceAccountToken: false,
        restartPolicy: 'Never',
        securityContext: { ...restrictedPod, runAsUser: 100, runAsGroup: 1000, fsGroup: 1000 },
        priorityClassName: priorityClasses.platform.name,
        initContainers: [
          {
            ...entry(take),
            volumeMounts: [
              ...space,
              { name: 'authority', mountPath: '/authority', readOnly: true },
              { name: 'login', mountPath: '/login', readOnly: true },
            ],
          },
        ],
        containers: [
          {
            ...entry(store),
            volumeMounts: space,
            ...(snapshots.credentials ? { envFrom: [{ secretRef: { name: snapshots.credentials } }] } : {}),
          },
        ],
        volumes: [
          { name: 'snapshot', emptyDir: { sizeLimit: scope.settings.storage } },
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

/** A script instead of the image's own entry point. */
function entry({ args, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return { ...rest, command: args };
}

/** The token never stands on a command line. */
export function takeScript({ command, variables }: Pick<Product, 'command' | 'variables'>): string {
  return [
    `${variables}_TOKEN="$(${command} write -field=token auth/${kubernetesAuth.mount}/login role=${roles.snapshots} jwt=@/login/token)"`,
    `export ${variables}_TOKEN`,
    `${command} operator raft snapshot save /snapshot/data.snap`,
  ].join('\n');
}

const storeScript =
  'aws s3 cp --no-progress /snapshot/data.snap "$DESTINATION$(date -u +%Y-%m-%dT%H%M%SZ).snap"';
