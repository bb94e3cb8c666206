import * as z from 'zod';
import type { ByProfile } from '../../kit/profile.ts';
import { durationSchema, quantitySchema, resourcesSchema } from '../../kit/setting-types.ts';

const secretKey = z.strictObject({
  name: z.string().min(1).describe('Name of the Secret, in the namespace ninefold-database.'),
  key: z.string().min(1).describe('Key in it.'),
});

const clusterName = z
  .string()
  .max(40)
  .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/, 'lower-case letters, digits and hyphens');

/** How the object store is told who we are. */
const credentials = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('pod-identity').describe('What the pods are, as the cloud knows it.'),
      roleArn: z
        .string()
        .regex(
          /^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/,
          'the name of a role, such as arn:aws:iam::123456789012:role/backups',
        )
        .optional()
        .describe(
          'Role that the service account of the cluster stands for. Left out: an association elsewhere says so.',
        ),
    })
    .describe('No key at all.'),
  z
    .strictObject({
      kind: z.literal('secret').describe('A key in a Secret that somebody else writes.'),
      accessKeyId: secretKey.describe('Where the name of the key is.'),
      secretAccessKey: secretKey.describe('Where the key is.'),
    })
    .describe('A key.'),
]);

const backup = z.strictObject({
  destination: z
    .string()
    .regex(/^s3:\/\/[a-z0-9][-a-z0-9.]*[a-z0-9](\/[^\s]*)?$/, 'a place such as s3://bucket/path')
    .describe('Where base backups and WAL go.'),
  endpoint: z
    .string()
    .regex(/^https:\/\/[^\s/]+\/?$/, 'an address such as https://objects.example.org')
    .optional()
    .describe('Address of an object store that is not AWS. Left out: AWS finds its own.'),
  endpointAuthority: secretKey
    .optional()
    .describe('Certificate of the authority that signs for the endpoint, where it is not a public one.'),
  credentials,
  encryption: z
    .literal(['AES256', 'aws:kms', 'bucket'])
    .default('bucket')
    .describe('How the store encrypts what it is sent; `bucket`: as the bucket says.'),
  schedule: z
    .string()
    .regex(/^(\S+ ){5}\S+$/, 'six fields, the first of them seconds, such as "0 0 2 * * *"')
    .default('0 0 2 * * *')
    .describe('When base backups are made: second, minute, hour, day, month, day of the week; in UTC.'),
  retention: z
    .string()
    .regex(/^[1-9][0-9]*[dwm]$/, 'a number of days, weeks or months, such as 30d')
    .default('30d')
    .describe('How far back a recovery can go.'),
  restoreRate: quantitySchema
    .default('50Mi')
    .describe(
      'Bytes that a recovery restores each second, as the last drill measured it; says how long one takes.',
    ),
  maximumAge: durationSchema
    .default('30h')
    .describe('Age of the newest base backup at which somebody is told. Must fit the schedule.'),
  resources: resourcesSchema.default({ cpu: '100m', memory: '256Mi' }),
});

/** Settings of PostgreSQL, its operator, and its pool. */
export const postgresqlSettings = z.strictObject({
  name: clusterName.describe(
    'Name of the cluster, and of its archive in the object store. A recovery gives it a new one.',
  ),
  instances: z.int().min(1).max(9).describe('Instances: one writes, the others copy it and take over.'),
  acrossZones: z
    .boolean()
    .describe('Keep every instance in a zone of its own. Needs nodes that are labelled with their zone.'),
  storage: quantitySchema.describe(
    'Disk of each instance for the data. Can grow where the storage class allows it, never shrink.',
  ),
  walStorage: quantitySchema.describe('Disk of each instance for the write-ahead log.'),
  storageClass: z
    .string()
    .min(1)
    .optional()
    .describe('Storage class of all disks. Left out: the default class of the cluster.'),
  resources: resourcesSchema,
  connections: z.int().min(20).max(5000).describe('Connections that all clients together may hold.'),
  extensions: z
    .array(z.string().regex(/^[a-z][a-z0-9_-]*$/, 'the name of an extension'))
    .describe('Extensions that clients may ask for. The image must hold them.'),
  pooler: z
    .strictObject({
      replicas: z.int().min(0).max(9).describe('Replicas of PgBouncer. 0: there is no pool.'),
      connections: z
        .int()
        .min(1)
        .max(1000)
        .describe('Connections to PostgreSQL of each replica, for each role and database.'),
      clients: z.int().min(10).max(20_000).describe('Clients that each replica serves.'),
      resources: resourcesSchema,
    })
    .describe('What shares few connections among many clients.'),
  operator: z.strictObject({
    replicas: z
      .int()
      .min(1)
      .max(3)
      .describe('Replicas of the operator. One leads, the others wait to take over.'),
    resources: resourcesSchema,
  }),
  plugin: z
    .strictObject({ resources: resourcesSchema })
    .describe('What backs up. Runs where there are backups.'),
  backup: backup.optional().describe('Backups to an object store. Left out: there are none.'),
  recovery: z
    .strictObject({
      server: clusterName.describe('Name of the cluster whose backups are recovered.'),
      targetTime: z.iso
        .datetime({ offset: true })
        .optional()
        .describe('Moment to recover to. Left out: the last one that was archived.'),
    })
    .optional()
    .describe('Make the cluster from the backups of another instead of empty. Of use only when it is made.'),
  slowQuery: durationSchema.describe('Queries that take longer are logged.'),
});

/** Complete settings. */
export type PostgresqlSettings = z.infer<typeof postgresqlSettings>;

/** Settings of backups. */
export type BackupSettings = z.infer<typeof backup>;

const shared = {
  name: 'postgresql',
  // Those of PostgreSQL’s own distribution that ask for no superuser once they are there, and for no library that
  // every instance must load.
  extensions: ['btree_gin', 'btree_gist', 'citext', 'hstore', 'ltree', 'pg_trgm', 'pgcrypto', 'unaccent'],
  slowQuery: '1s',
};

/**
 * Sizes. Three instances of a core and 4 GiB are what CloudNativePG's own guides take for a small production; the
 * other figures are estimates to be corrected by what the metrics show.
 */
export const postgresqlSizes: ByProfile<PostgresqlSettings> = {
  minimal: {
    ...shared,
    instances: 1,
    acrossZones: false,
    storage: '5Gi',
    walStorage: '2Gi',
    resources: { cpu: '250m', memory: '512Mi' },
    connections: 40,
    pooler: { replicas: 0, connections: 10, clients: 200, resources: { cpu: '50m', memory: '64Mi' } },
    operator: { replicas: 1, resources: { cpu: '50m', memory: '128Mi' } },
    plugin: { resources: { cpu: '20m', memory: '64Mi' } },
  },
  small: {
    ...shared,
    // Two, so that one can restart while the other carries on.
    instances: 2,
    acrossZones: false,
    storage: '20Gi',
    walStorage: '5Gi',
    resources: { cpu: '500m', memory: '2Gi' },
    connections: 100,
    pooler: { replicas: 1, connections: 20, clients: 500, resources: { cpu: '100m', memory: '128Mi' } },
    operator: { replicas: 1, resources: { cpu: '100m', memory: '128Mi' } },
    plugin: { resources: { cpu: '50m', memory: '128Mi' } },
  },
  production: {
    ...shared,
    instances: 3,
    acrossZones: true,
    storage: '100Gi',
    walStorage: '20Gi',
    resources: { cpu: '1', memory: '4Gi' },
    connections: 200,
    pooler: { replicas: 3, connections: 20, clients: 1000, resources: { cpu: '200m', memory: '128Mi' } },
    operator: { replicas: 2, resources: { cpu: '100m', memory: '256Mi' } },
    plugin: { resources: { cpu: '100m', memory: '256Mi' } },
  },
};
