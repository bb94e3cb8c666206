import * as z from 'zod';
import type { Capability } from '../kit/capability.ts';
import { durationSchema } from '../kit/setting-types.ts';

/** A name of one word: what Kubernetes, Vault's paths and a service's own name have in common. */
const label = z
  .string()
  .max(40)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'lower-case letters, digits and hyphens');

/** A key within a secret, as Kubernetes allows it. */
const secretKey = z.string().regex(/^[-._a-zA-Z0-9]+$/, 'letters, digits, dots, hyphens and underscores');

/** What others must know to keep secrets and to have them delivered. */
export const secretsFacts = z.strictObject({
  /** Namespace of the server and of its configuration. */
  namespace: z.string(),
  /** The API, signed by the authority below. */
  address: z.string(),
  /** Pods that serve it. */
  pods: z.strictObject({ podLabels: z.record(z.string(), z.string()), port: z.int() }),
  /** Where the authority's certificate is, and nothing else with it. */
  authority: z.strictObject({ secretName: z.string(), key: z.string() }),
  /** How a pod proves who it is: the mount, and the audience that its token must be made for. */
  kubernetesAuth: z.strictObject({ mount: z.string(), audience: z.string() }),
  /** Mounts of the engines. */
  mounts: z.strictObject({ kv: z.string(), pki: z.string(), transit: z.string(), database: z.string() }),
  /** Databases in which users can be made, and the schema whose tables those may see. */
  databases: z.array(z.strictObject({ name: z.string(), schema: z.string() })),
  /** Life of such a user, and of one that is renewed again and again, as Go durations. */
  databaseUsers: z.strictObject({ lifetime: z.string(), longest: z.string() }),
  /** The store by which namespaces of the platform have secrets delivered. */
  clusterSecretStore: z.string(),
  /** Labels that a namespace must carry for its pods to reach the API. */
  clientNamespaceLabels: z.record(z.string(), z.string()),
});

const keptSecret = z
  .strictObject({
    name: label.describe('Name of the secret among those of the service.'),
    keys: z.array(secretKey).min(1).describe('Keys that it holds.'),
    generated: z
      .boolean()
      .default(false)
      .describe('Whether the platform makes random values. Otherwise people write them.'),
    rotation: durationSchema
      .optional()
      .describe('Age at which the platform makes new values. Needs generated values.'),
    mountPath: z.string().startsWith('/').describe('Where the service finds it, a file a key.'),
  })
  .refine(({ generated, rotation }) => generated || rotation === undefined, {
    path: ['rotation'],
    message: 'only values that the platform makes can be rotated by it',
  });

const copiedSecret = z.strictObject({
  name: label.describe('Name of the copy in the namespace of the service.'),
  from: z.strictObject({
    namespace: label.describe('Namespace in which an operator wrote it.'),
    secretName: z.string().min(1).describe('Name that it has there.'),
  }),
  keys: z.array(secretKey).min(1).optional().describe('Keys to copy. Left out: all.'),
  mountPath: z.string().startsWith('/').describe('Where the service finds it, a file a key.'),
});

/** What one service wants kept, encrypted, granted or brought to it. */
export const secretsNeeds = z.strictObject({
  name: label.describe('Name of the service, unique in its namespace.'),
  namespace: label.describe('Namespace that its pods run in.'),
  serviceAccount: label.describe('Service account that its pods run under.'),
  secrets: z.array(keptSecret).default([]),
  /** Keys for encrypted fields. They stay in the server: the service sends what is to be encrypted. */
  transitKeys: z.array(label).default([]),
  /** Short-lived users of databases that the settings name. */
  databases: z
    .array(
      z.strictObject({
        database: label.describe('Name of the database among those of the settings.'),
        access: z.enum(['read', 'write']).describe('What its users may do with the tables there.'),
      }),
    )
    .default([]),
  /** Whether it may have certificates made for its own name. */
  certificates: z.boolean().default(false),
  /** Credentials that an operator wrote in another namespace. */
  copies: z.array(copiedSecret).default([]),
});

/** Facts of `secrets`. */
export type SecretsFacts = z.infer<typeof secretsFacts>;

/** Needs of `secrets`. */
export type SecretsNeeds = z.infer<typeof secretsNeeds>;

declare module '../kit/capability-types.ts' {
  interface CapabilityTypes {
    secrets: { facts: SecretsFacts; needs: SecretsNeeds };
  }
}

/** Keeps what must not be known, and gives each service exactly its own. */
export const secrets: Capability<'secrets'> = {
  name: 'secrets',
  principle: 3,
  title: 'Secrets',
  summary:
    'Keeps secrets, encrypts fields, makes short-lived database users, and delivers to each service what is its own.',
  facts: secretsFacts,
  needs: secretsNeeds,
  onIn: ['minimal', 'small', 'production'],
};
