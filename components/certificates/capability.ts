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
export const certificatesNeeds = z.strictObject({
  /** Name of the certificate and of the Secret that receives it. */
  name: z.string(),
  namespace: z.string(),
  dnsNames: z.array(z.string()).min(1),
  usages: z.array(z.enum(['server', 'client'])).min(1),
  /** Where the Secret is mounted. */
  mountPath: z.string(),
});

/** Facts of `certificates`. */
export type CertificatesFacts = z.infer<typeof certificatesFacts>;

/** Needs of `certificates`. */
export type CertificatesNeeds = z.infer<typeof certificatesNeeds>;

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
