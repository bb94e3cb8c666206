import * as z from 'zod';
import type { ByProfile } from '../../kit/profile.ts';
import { durationSchema, quantitySchema, resourcesSchema } from '../../kit/setting-types.ts';
import { groupNameSchema, topicNameSchema, topicSchema } from '../capability.ts';

const platformTopic = topicSchema.extend({
  retentionBytes: quantitySchema
    .optional()
    .describe(
      'Size that a partition may reach before its oldest messages go, whatever their age. Left out: no limit.',
    ),
});

const platformUser = z.strictObject({
  name: z
    .string()
    .max(63)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'lower-case letters, digits and hyphens')
    .describe('Name of the user, and of the Secret that receives its certificate.'),
  publishes: z.array(topicNameSchema).default([]).describe('Topics of this list that it may write.'),
  consumes: z
    .array(
      z.strictObject({
        topic: topicNameSchema.describe('Topic that it may read.'),
        group: groupNameSchema.describe('Consumer group in which it reads.'),
      }),
    )
    .default([])
    .describe('Topics of this list that it may read, each in a group.'),
  transactions: z.boolean().default(false).describe('Whether it may write in transactions.'),
});

/** Settings of Kafka, its operator, and the schema registry. */
export const kafkaSettings = z.strictObject({
  brokers: z.int().min(1).max(99).describe('Number of brokers.'),
  storage: quantitySchema.describe(
    'Disk of each broker. Can grow where the storage class allows it, never shrink.',
  ),
  storageClass: z
    .string()
    .min(1)
    .optional()
    .describe('Storage class of all disks. Left out: the default class of the cluster.'),
  resources: resourcesSchema,
  acrossZones: z
    .boolean()
    .describe(
      'Keep the copies of a message in different zones and every broker on a node of its own. Needs nodes that are labelled with their zone, and lets brokers read that label from the API server.',
    ),
  controllers: z
    .strictObject({
      replicas: z
        .literal([0, 3, 5])
        .describe(
          'Nodes that only coordinate. With 0 the brokers do that too. Is not to be changed once data is in.',
        ),
      storage: quantitySchema.describe('Disk of each controller.'),
      resources: resourcesSchema,
    })
    .describe('What coordinates the brokers.'),
  replication: z
    .strictObject({
      factor: z
        .int()
        .min(1)
        .max(7)
        .optional()
        .describe('Copies of each message. Left out: 3, or as many as there are brokers.'),
      minInSync: z
        .int()
        .min(1)
        .max(6)
        .optional()
        .describe(
          'Copies that must be written before a message counts. Left out: one less than the factor, at least 1.',
        ),
    })
    .describe('How often a message is kept, for topics that say nothing else.'),
  retention: durationSchema.describe('How long messages are kept in topics that say nothing else.'),
  topics: z.array(platformTopic).describe('Topics that belong to no service.'),
  users: z
    .array(platformUser)
    .describe('Users that belong to no service. Their Secrets stay in the namespace of Kafka.'),
  operator: z.strictObject({
    replicas: z
      .int()
      .min(1)
      .max(3)
      .describe('Replicas of the operator. One leads, the others wait to take over.'),
    resources: resourcesSchema,
  }),
  entityOperator: z
    .strictObject({ topics: resourcesSchema, users: resourcesSchema })
    .describe('What makes topics and users inside Kafka.'),
  cruiseControl: z
    .strictObject({ resources: resourcesSchema })
    .describe('What balances partitions. Runs where there is more than one broker.'),
  exporter: z
    .strictObject({ resources: resourcesSchema })
    .describe('What measures how far consumers lag behind.'),
  registry: z
    .strictObject({
      replicas: z.int().min(1).max(9).describe('Replicas of the schema registry.'),
      resources: resourcesSchema,
      operator: z
        .strictObject({ resources: resourcesSchema })
        .describe('The operator of the schema registry.'),
    })
    .describe('The schema registry.'),
});

/** Complete settings. */
export type KafkaSettings = z.infer<typeof kafkaSettings>;

/** A topic of the platform's own. */
export type PlatformTopic = z.infer<typeof platformTopic>;

const shared = {
  replication: {},
  // A week: long enough to notice and repair a consumer over a long weekend. Also Kafka's own default.
  retention: '168h',
  topics: [],
  users: [],
};

/**
 * Sizes. A broker's heap is half its memory, the rest is page cache; Strimzi's operator asks for 200m and 384Mi
 * in its chart. The other figures are estimates to be corrected by what the metrics show.
 */
export const kafkaSizes: ByProfile<KafkaSettings> = {
  minimal: {
    ...shared,
    brokers: 1,
    storage: '5Gi',
    resources: { cpu: '250m', memory: '1Gi' },
    acrossZones: false,
    controllers: { replicas: 0, storage: '1Gi', resources: { cpu: '100m', memory: '512Mi' } },
    operator: { replicas: 1, resources: { cpu: '100m', memory: '384Mi' } },
    entityOperator: {
      topics: { cpu: '50m', memory: '256Mi' },
      users: { cpu: '50m', memory: '256Mi' },
    },
    cruiseControl: { resources: { cpu: '100m', memory: '512Mi' } },
    exporter: { resources: { cpu: '10m', memory: '64Mi' } },
    registry: {
      replicas: 1,
      resources: { cpu: '100m', memory: '512Mi' },
      operator: { resources: { cpu: '50m', memory: '256Mi' } },
    },
  },
  small: {
    ...shared,
    // Three, so that one can restart while the others carry on.
    brokers: 3,
    storage: '20Gi',
    resources: { cpu: '500m', memory: '2Gi' },
    acrossZones: false,
    controllers: { replicas: 0, storage: '2Gi', resources: { cpu: '250m', memory: '1Gi' } },
    operator: { replicas: 1, resources: { cpu: '200m', memory: '384Mi' } },
    entityOperator: {
      topics: { cpu: '100m', memory: '256Mi' },
      users: { cpu: '100m', memory: '256Mi' },
    },
    cruiseControl: { resources: { cpu: '250m', memory: '1Gi' } },
    exporter: { resources: { cpu: '20m', memory: '64Mi' } },
    registry: {
      replicas: 1,
      resources: { cpu: '250m', memory: '512Mi' },
      operator: { resources: { cpu: '100m', memory: '256Mi' } },
    },
  },
  production: {
    ...shared,
    brokers: 3,
    storage: '200Gi',
    resources: { cpu: '2', memory: '8Gi' },
    acrossZones: true,
    controllers: { replicas: 3, storage: '10Gi', resources: { cpu: '500m', memory: '2Gi' } },
    operator: { replicas: 2, resources: { cpu: '200m', memory: '512Mi' } },
    entityOperator: {
      topics: { cpu: '100m', memory: '512Mi' },
      users: { cpu: '100m', memory: '512Mi' },
    },
    cruiseControl: { resources: { cpu: '500m', memory: '1Gi' } },
    exporter: { resources: { cpu: '50m', memory: '128Mi' } },
    registry: {
      replicas: 3,
      resources: { cpu: '500m', memory: '1Gi' },
      operator: { resources: { cpu: '100m', memory: '512Mi' } },
    },
  },
};
