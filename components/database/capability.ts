import * as z from 'zod';
import type { Capability } from '../kit/capability.ts';
import { durationSchema, quantitySchema } from '../kit/setting-types.ts';

/** A name that can be a DNS label, so that it can be part of a role, a database and an object alike. */
const label = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'lower-case letters, digits and hyphens');

const portOnPods = z.strictObject({
  /** Name that the certificate on it is signed for. */
  host: z.string(),
  /** Labels of the pods that serve it. */
  podLabels: z.record(z.string(), z.string()),
});

/** What others must know to keep data in a database. */
export const databaseFacts = z.strictObject({
  /** Name of the cluster. */
  cluster: z.string(),
  /** Namespace of the cluster, its databases and its roles. */
  namespace: z.string(),
  engine: z.literal('postgresql'),
  /** Major version. */
  version: z.int(),
  /** The one instance that writes. */
  readWrite: portOnPods,
  /** Instances that only read, and may lag behind; the writing one where there is no other. */
  readOnly: portOnPods,
  /** What shares few connections among many clients; left out where nothing does. One transaction at a time. */
  pooled: portOnPods.optional(),
  /** Port of every host. TLS; both sides show a certificate. */
  port: z.int(),
  /** Authority of `certificates` that signs for the hosts, and by whose signature clients are known. */
  authority: z.string(),
  /** Connections that all clients together may hold. */
  connections: z.int(),
  /** Disk for the data of all databases together. */
  storage: z.string(),
  /** Extensions that a client may ask for. */
  extensions: z.array(z.string()),
  /** What is lost, at most, when everything is lost, and how long it takes to come back; left out without backups. */
  backup: z.strictObject({ recoveryPoint: durationSchema, recoveryTime: durationSchema }).optional(),
  /** Labels that a namespace must carry for its pods to reach the hosts. */
  clientNamespaceLabels: z.record(z.string(), z.string()),
});

/** What a client may do with a database. */
export const accessSchema = z.enum(['owner', 'read-write', 'read-only']);

/** What one client wants of one database. */
export const databaseNeeds = z
  .strictObject({
    /** Name of the client, unique in its namespace. Its role is called `<client>.<namespace>`. */
    client: label,
    /** Namespace that the client's pods run in, and that its certificate is issued in. */
    namespace: label,
    /** Name of the database, unique in the namespace of its owner. */
    database: label,
    /** Namespace of the database's owner. Left out: the client's own. */
    databaseNamespace: label.optional(),
    /**
     * - `owner`: the database is made for the client, which may do anything in it. It comes and goes with it.
     * - `read-write`: reads and changes what is in the tables of another's database, but not the tables.
     * - `read-only`: reads what is in the tables of another's database.
     */
    access: accessSchema.default('owner'),
    /** Whether the client connects through the pool, where there is one. */
    pooled: z.boolean().default(false),
    /** Extensions that its database must have. Of use to the owner only. */
    extensions: z.array(z.string()).default([]),
    /** Connections that all its pods together may hold. */
    connections: z.int().min(1).max(10_000).default(20),
    /** Disk that its data will take. Left out: no promise is asked for. */
    storage: quantitySchema.optional(),
    /** What may be lost at most, and how long it may take to come back. Left out: no promise is asked for. */
    backup: z.strictObject({ recoveryPoint: durationSchema, recoveryTime: durationSchema }).optional(),
  })
  .refine(
    ({ access, namespace, databaseNamespace = namespace }) =>
      access !== 'owner' || namespace === databaseNamespace,
    'a client owns databases in its own namespace only',
  )
  // The name of a role is the common name of its certificate, and an identifier of PostgreSQL: at most 63 bytes.
  .refine(
    ({ client, namespace }) => `${client}.${namespace}`.length <= 63,
    'client and namespace have together at most 62 characters',
  )
  .refine(
    ({ database, namespace, databaseNamespace = namespace }) =>
      `${databaseNamespace}_${database}`.length <= 63,
    'the database and the namespace of its owner have together at most 62 characters',
  );

/** Facts of `database`. */
export type DatabaseFacts = z.infer<typeof databaseFacts>;

/** Needs of `database`. */
export type DatabaseNeeds = z.infer<typeof databaseNeeds>;

/** What a client may do with a database. */
export type DatabaseAccess = z.infer<typeof accessSchema>;

declare module '../kit/capability-types.ts' {
  interface CapabilityTypes {
    database: { facts: DatabaseFacts; needs: DatabaseNeeds };
  }
}

/** Relational data, one database for each service that owns some. */
export const database: Capability<'database'> = {
  name: 'database',
  principle: 2,
  title: 'Database',
  summary:
    'Keeps relational data: a database of its own for each service, with backups that can be recovered from.',
  facts: databaseFacts,
  needs: databaseNeeds,
  onIn: ['minimal', 'small', 'production'],
};
