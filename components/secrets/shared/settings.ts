import * as z from 'zod';
import type { ByProfile } from '../../kit/profile.ts';
import { durationSchema, quantitySchema, resourcesSchema } from '../../kit/setting-types.ts';

const name = z
  .string()
  .max(40)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'lower-case letters, digits and hyphens');

const workload = (what: string) =>
  z
    .strictObject({
      replicas: z.int().min(1).max(5).describe(`Replicas of ${what}.`),
      resources: resourcesSchema,
    })
    .describe(`How large ${what} is.`);

const database = z.strictObject({
  name: name.describe('Name by which services ask for it.'),
  host: z.string().min(1).describe('Host name that its certificate is made for.'),
  port: z.int().min(1).max(65535).default(5432).describe('Port that it listens on.'),
  database: z.string().min(1).describe('Name of the database on that host.'),
  schema: z
    .string()
    .regex(/^[a-z_][a-z0-9_]*$/)
    .default('public')
    .describe('Schema whose tables users may see.'),
  namespace: name.describe('Namespace that its pods run in.'),
  podLabels: z.record(z.string(), z.string()).describe('Labels of its pods, for the network policy.'),
  credentials: z
    .string()
    .min(1)
    .describe(
      'Secret there with `username` and `password` of a role that may create roles, signal their sessions (`pg_signal_backend`), and grant everything in the schema: it is a member of the owner of the schema and of its tables.',
    ),
  authority: z
    .strictObject({
      secretName: z.string().min(1).describe('Secret there with the certificate of its authority.'),
      key: z.string().min(1).default('ca.crt').describe('Key of the certificate.'),
    })
    .describe('Who signed for its certificate.'),
});

const snapshots = z.strictObject({
  schedule: z
    .string()
    .min(9)
    .describe('When a snapshot is taken, in the notation of cron, such as `0 3 * * *`.'),
  bucket: z.string().min(3).describe('Bucket of the object storage.'),
  prefix: z.string().default('secrets/').describe('What the names of snapshots begin with.'),
  region: z.string().min(1).describe('Region of the bucket.'),
  endpoint: z.url().optional().describe('Address of the object storage. Left out: the one of AWS.'),
  credentials: z
    .string()
    .optional()
    .describe(
      'Secret with `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`. Left out: the identity of the pod.',
    ),
});

/** Settings of the server and of what delivers secrets. Vault and OpenBao have the same. */
export const secretsSettings = z.strictObject({
  replicas: z.literal([1, 3, 5]).describe('Nodes. They agree by majority, so their number is odd.'),
  resources: resourcesSchema,
  storage: quantitySchema.describe('Disk of each node for its data.'),
  auditStorage: quantitySchema.describe('Disk of each node for its record of every request.'),
  storageClass: z
    .string()
    .min(1)
    .optional()
    .describe('Storage class of all disks. Left out: the default class.'),
  key: z
    .strictObject({
      shares: z.int().min(1).max(10).describe('Parts that the key is divided into.'),
      threshold: z.int().min(1).max(10).describe('Parts that are needed to unseal.'),
    })
    .describe('How the key that protects everything is divided.'),
  unsealing: z
    .enum(['stored-keys', 'people', 'cloud'])
    .describe(
      'Who unseals a node that starts: the configuration program with the parts in the cluster, people with the parts that they hold, or a key service of the cloud.',
    ),
  awskms: z
    .strictObject({
      region: z.string().min(1).describe('Region of the key.'),
      keyId: z.string().min(1).describe('Id or ARN of the key.'),
      roleArn: z
        .string()
        .regex(/^arn:/, 'an ARN')
        .optional()
        .describe('Role that the pods take on to use it.'),
    })
    .optional()
    .describe('The key of AWS by which nodes unseal themselves, with `unsealing: cloud`.'),
  repairEvery: z
    .int()
    .min(1)
    .max(59)
    .describe(
      'Minutes between runs of the configuration program, which unseal and repair what was changed by hand.',
    ),
  databaseUsers: z
    .strictObject({
      lifetime: durationSchema.describe('Life of a user of a database, unless it is renewed.'),
      longest: durationSchema.describe('Life of a user of a database that is renewed again and again.'),
    })
    .describe('The short-lived users of databases.'),
  databases: z.array(database).describe('PostgreSQL databases in which users are made for services.'),
  snapshots: snapshots.optional().describe('Where the data are backed up to. Left out: nowhere.'),
  externalSecrets: z
    .strictObject({
      controller: workload('the controller of External Secrets'),
      webhook: workload('the webhook of External Secrets'),
      certController: workload('the controller of the webhook’s certificate'),
    })
    .describe('What delivers secrets.'),
});

/** Complete settings. */
export type SecretsSettings = z.infer<typeof secretsSettings>;

const ofAllSizes = {
  unsealing: 'stored-keys' as const,
  databaseUsers: { lifetime: '1h', longest: '24h' },
  databases: [],
};

/**
 * Sizes. The charts set no requests. The server keeps its data in memory too: 256Mi hold some ten thousand
 * secrets; the figures of the operator are estimates from what it holds of the cluster's Secrets.
 */
export const secretsSizes: ByProfile<SecretsSettings> = {
  minimal: {
    ...ofAllSizes,
    replicas: 1,
    resources: { cpu: '100m', memory: '256Mi' },
    storage: '2Gi',
    auditStorage: '1Gi',
    key: { shares: 1, threshold: 1 },
    repairEvery: 5,
    externalSecrets: {
      controller: { replicas: 1, resources: { cpu: '20m', memory: '96Mi' } },
      webhook: { replicas: 1, resources: { cpu: '10m', memory: '64Mi' } },
      certController: { replicas: 1, resources: { cpu: '10m', memory: '64Mi' } },
    },
  },
  small: {
    ...ofAllSizes,
    replicas: 1,
    resources: { cpu: '200m', memory: '512Mi' },
    storage: '10Gi',
    auditStorage: '5Gi',
    key: { shares: 3, threshold: 2 },
    repairEvery: 2,
    externalSecrets: {
      controller: { replicas: 1, resources: { cpu: '50m', memory: '128Mi' } },
      webhook: { replicas: 1, resources: { cpu: '20m', memory: '64Mi' } },
      certController: { replicas: 1, resources: { cpu: '20m', memory: '64Mi' } },
    },
  },
  production: {
    ...ofAllSizes,
    replicas: 3,
    resources: { cpu: '500m', memory: '1Gi' },
    storage: '20Gi',
    auditStorage: '20Gi',
    key: { shares: 5, threshold: 3 },
    repairEvery: 1,
    externalSecrets: {
      controller: { replicas: 2, resources: { cpu: '50m', memory: '256Mi' } },
      webhook: { replicas: 2, resources: { cpu: '20m', memory: '64Mi' } },
      certController: { replicas: 2, resources: { cpu: '20m', memory: '64Mi' } },
    },
  },
};
