import * as z from 'zod';
import type { ByProfile } from '../../kit/profile.ts';
import { durationSchema, resourcesSchema } from '../../kit/setting-types.ts';

const replicas = z.int().min(1).max(5);

/** Settings of cert-manager and of the platform's own authority. */
export const certManagerSettings = z.strictObject({
  controller: z.strictObject({
    replicas: replicas.describe('Replicas of the controller. One leads, the others wait to take over.'),
    resources: resourcesSchema,
  }),
  webhook: z.strictObject({
    replicas: replicas.describe(
      'Replicas of the webhook. While none answers, no certificate can be changed.',
    ),
    resources: resourcesSchema,
  }),
  cainjector: z.strictObject({
    replicas: replicas.describe(
      'Replicas of the injector that puts authorities into webhook configurations.',
    ),
    resources: resourcesSchema,
  }),
  authority: z
    .strictObject({
      duration: durationSchema.describe('Lifetime of the internal root authority.'),
      renewBefore: durationSchema.describe('How long before its end the root authority is renewed.'),
    })
    .describe('The internal root authority. Every issued certificate is signed by it.'),
  certificates: z
    .strictObject({
      duration: durationSchema.describe('Lifetime of an issued certificate.'),
      renewBefore: durationSchema.describe('How long before its end a certificate is renewed.'),
    })
    .describe('What the internal authority issues.'),
});

/** Complete settings. */
export type CertManagerSettings = z.infer<typeof certManagerSettings>;

const lifetimes = {
  // Ten years, renewed a year before its end: longer than any cluster is meant to live.
  authority: { duration: '87600h', renewBefore: '8760h' },
  // Ninety days, renewed a month before its end: a month to notice that renewal fails.
  certificates: { duration: '2160h', renewBefore: '720h' },
};

/**
 * Sizes. The chart sets no requests; these are estimates from what the three processes hold in memory: the
 * injector watches every Secret of the cluster, so it grows with the cluster.
 */
export const certManagerSizes: ByProfile<CertManagerSettings> = {
  minimal: {
    controller: { replicas: 1, resources: { cpu: '20m', memory: '96Mi' } },
    webhook: { replicas: 1, resources: { cpu: '10m', memory: '64Mi' } },
    cainjector: { replicas: 1, resources: { cpu: '20m', memory: '96Mi' } },
    ...lifetimes,
  },
  small: {
    controller: { replicas: 1, resources: { cpu: '50m', memory: '128Mi' } },
    webhook: { replicas: 2, resources: { cpu: '20m', memory: '64Mi' } },
    cainjector: { replicas: 1, resources: { cpu: '50m', memory: '128Mi' } },
    ...lifetimes,
  },
  production: {
    controller: { replicas: 2, resources: { cpu: '100m', memory: '256Mi' } },
    webhook: { replicas: 3, resources: { cpu: '50m', memory: '128Mi' } },
    cainjector: { replicas: 2, resources: { cpu: '100m', memory: '512Mi' } },
    ...lifetimes,
  },
};
