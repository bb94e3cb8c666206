import * as z from 'zod';
import type { ByProfile } from '../../kit/profile.ts';
import { resourcesSchema } from '../../kit/setting-types.ts';

/** Settings of Istio as a gateway. */
export const gatewaySettings = z.strictObject({
  replicas: z
    .strictObject({
      min: z.int().min(1).max(50).describe('Fewest replicas of the gateway.'),
      max: z.int().min(1).max(100).describe('Most replicas of the gateway. It scales by processor use.'),
    })
    .describe('How many replicas of the gateway there are.'),
  resources: resourcesSchema,
  address: z
    .enum(['LoadBalancer', 'ClusterIP'])
    .describe('LoadBalancer: an address of its own outside the cluster; ClusterIP: inside only.'),
  clients: z
    .array(z.cidrv4().or(z.cidrv6()))
    .min(1)
    .describe('Address ranges from which the gateway is reached, in CIDR notation.'),
  issuer: z
    .strictObject({
      url: z.url().describe('The issuer as its tokens name it.'),
      keys: z.url().describe('Where its public keys are, as a JSON Web Key Set.'),
    })
    .nullable()
    .describe('Who issues the tokens of users. Without one no route can ask for an audience.'),
});

/** Complete settings. */
export type GatewaySettings = z.infer<typeof gatewaySettings>;

const common = {
  address: 'LoadBalancer' as const,
  clients: ['0.0.0.0/0', '::/0'],
  issuer: null,
};

/** Sizes. Istio asks 100m and 128Mi for a gateway that does next to nothing. */
export const gatewaySizes: ByProfile<GatewaySettings> = {
  minimal: { ...common, replicas: { min: 1, max: 1 }, resources: { cpu: '20m', memory: '128Mi' } },
  small: { ...common, replicas: { min: 1, max: 3 }, resources: { cpu: '100m', memory: '256Mi' } },
  production: { ...common, replicas: { min: 3, max: 12 }, resources: { cpu: '500m', memory: '512Mi' } },
};
