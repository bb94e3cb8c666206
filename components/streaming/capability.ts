import * as z from 'zod';
import type { Capability } from '../kit/capability.ts';
import { durationSchema } from '../kit/setting-types.ts';

/** A topic's name: what both Kafka and Kubernetes accept, so that a topic and its object are called alike. */
export const topicNameSchema = z
  .string()
  .max(249)
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    'words of lower-case letters, digits and hyphens, joined by dots',
  );

/** A consumer group's name. */
export const groupNameSchema = z
  .string()
  .max(249)
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/, 'letters, digits, dots, underscores and hyphens');

/** How long messages are kept: a duration, or `forever`. */
export const retentionSchema = z.union([durationSchema, z.literal('forever')]);

/** What a topic is, apart from who uses it. */
export const topicSchema = z.strictObject({
  name: topicNameSchema.describe('Name of the topic.'),
  partitions: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .describe(
      'Partitions: how many consumers of one group can work side by side. Can be raised later, not lowered.',
    ),
  retention: retentionSchema
    .optional()
    .describe('How long messages are kept. Left out: what the platform keeps by default.'),
  compacted: z
    .boolean()
    .default(false)
    .describe('Keep the newest message of every key for ever, instead of all messages for a time.'),
});

const portOnPods = z.strictObject({
  /** Labels of the pods that serve it. */
  podLabels: z.record(z.string(), z.string()),
  /** Port of those pods. */
  port: z.int(),
});

/** What others must know to exchange events. */
export const streamingFacts = z.strictObject({
  /** Name of the cluster. */
  cluster: z.string(),
  /** Namespace of the brokers, the registry, and the Secrets of users. */
  namespace: z.string(),
  /** Where clients connect first, `host:port`. TLS, both sides show a certificate. */
  bootstrap: z.string(),
  brokers: portOnPods,
  /** The authority that signs what brokers show, in the cluster's namespace. */
  authority: z.strictObject({ secretName: z.string(), key: z.string() }),
  /** Copies of each message, on as many brokers. */
  replication: z.int(),
  /** Where schemas are kept: `url` is its API, signed by the internal authority of `certificates`. */
  registry: portOnPods.extend({ url: z.string() }),
  /** Labels that a namespace must carry for its pods to reach brokers and registry. */
  clientNamespaceLabels: z.record(z.string(), z.string()),
});

/** What one client wants to exchange. */
export const streamingNeeds = z
  .strictObject({
    /** Name of the client, unique in its namespace. */
    client: z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/),
    /** Namespace that the client's pods run in. */
    namespace: z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/),
    /** Service account that its pods run under. @default the client's name */
    serviceAccount: z
      .string()
      .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/)
      .optional(),
    /** Topics it writes. It owns them: they come and go with it. */
    publishes: z.array(topicSchema),
    /** Topics it reads, each as a member of a group. */
    consumes: z.array(z.strictObject({ topic: topicNameSchema, group: groupNameSchema })),
    /** Whether it writes to several topics, or reads and writes, in one transaction. */
    transactions: z.boolean().default(false),
  })
  .refine((need) => need.publishes.length + need.consumes.length > 0, 'must publish or consume something')
  // The name of a user is the common name of its certificate, which X.509 limits to 64 characters.
  .refine(
    (need) => `${need.client}.${need.namespace}`.length <= 64,
    'client and namespace have together at most 63 characters',
  );

/** What a topic is. */
export type Topic = z.infer<typeof topicSchema>;

/** Facts of `streaming`. */
export type StreamingFacts = z.infer<typeof streamingFacts>;

/** Needs of `streaming`. */
export type StreamingNeeds = z.infer<typeof streamingNeeds>;

declare module '../kit/capability-types.ts' {
  interface CapabilityTypes {
    streaming: { facts: StreamingFacts; needs: StreamingNeeds };
  }
}

/** Events between services, kept for as long as anybody may want to read them again. */
export const streaming: Capability<'streaming'> = {
  name: 'streaming',
  principle: 2,
  title: 'Event streaming',
  summary: 'Carries and keeps events between services, with the schemas that they follow.',
  facts: streamingFacts,
  needs: streamingNeeds,
  onIn: ['minimal', 'small', 'production'],
};
