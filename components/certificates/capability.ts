import * as z from 'zod';
import type { Capability } from '../kit/capability.ts';

/** What others must know to have certificates issued. */
export const certificatesFacts = z.strictObject({
  /** Reference to the issuer that signs for services inside the platform. */
  issuer: z.strictObject({ group: z.string(), kind: z.string(), name: z.string() }),
  /** DNS domain for which the internal authority signs, besides names inside the cluster. */
  domain: z.string(),
  /** Lifetime of an issued certificate and when it is renewed before its end, as Go durations. */
  lifetime: z.strictObject({ duration: z.string(), renewBefore: z.string() }),
});

/** One certificate that a client wants in its own namespace. */
const certificateNeeds = z
  .strictObject({
    /** Name of the certificate and of the Secret that receives it. */
    name: z.string(),
    namespace: z.string(),
    /** Names that it is good for as a server. Left out: it is for a client that has none. */
    dnsNames: z.array(z.string()).default([]),
    /** Whom it names, where that is not a host, such as a role in a database. X.509 allows 64 characters. */
    commonName: z.string().min(1).max(64).optional(),
    usages: z.array(z.enum(['server', 'client'])).min(1),
    /** Where the Secret is mounted. */
    mountPath: z.string(),
    /** An authority of somebody's own that signs it. Left out: the internal one. */
    authority: z.string().optional(),
    /** Labels of the Secret, where somebody looks for one. */
    secretLabels: z.record(z.string(), z.string()).optional(),
  })
  .refine(
    ({ dnsNames, commonName }) => dnsNames.length > 0 || commonName !== undefined,
    'must name a host or somebody: dnsNames or commonName',
  );

/**
 * An authority of one's own, for a technology that takes a certificate's common name for who somebody is: what the
 * internal authority signs proves nothing to it, because there anybody may ask for any name.
 *
 * What it signs in its owner's namespace is up to the owner. In any other namespace it signs for clients only, and
 * only for common names that end with a dot and the name of that namespace, so nobody is anybody else's client.
 */
const authorityNeeds = z.strictObject({
  /** Name of the authority, as certificates refer to it. */
  newAuthority: z
    .string()
    .max(40)
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/),
  /** Namespace of its owner. */
  owner: z.string(),
});

/** What a client asks for: a certificate, or an authority of its own. */
export const certificatesNeeds = z.union([certificateNeeds, authorityNeeds]);

/** Facts of `certificates`. */
export type CertificatesFacts = z.infer<typeof certificatesFacts>;

/** Needs of `certificates`. */
export type CertificatesNeeds = CertificateNeeds | AuthorityNeeds;

/** A certificate that is asked for. */
export type CertificateNeeds = z.input<typeof certificateNeeds>;

/** An authority that is asked for. */
export type AuthorityNeeds = z.infer<typeof authorityNeeds>;

declare module '../kit/capability-types.ts' {
  interface CapabilityTypes {
    certificates: { facts: CertificatesFacts; needs: CertificatesNeeds };
  }
}

/** Certificates for everything inside the platform, issued and renewed without hands. */
export const certificates: Capability<'certificates'> = {
  name: 'certificates',
  principle: 3,
  title: 'Certificates',
  summary: 'Issues and renews the certificates by which everything inside the platform proves who it is.',
  facts: certificatesFacts,
  needs: certificatesNeeds,
  onIn: ['minimal', 'small', 'production'],
};
