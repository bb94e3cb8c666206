import * as z from 'zod';
import { accessLogChoices } from '../../kit/istio-providers.ts';
import type { ByProfile } from '../../kit/profile.ts';
import { resourcesSchema } from '../../kit/setting-types.ts';

const nameSchema = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'a name of Kubernetes');
const portSchema = z.int().min(1).max(65535);

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
  login: z
    .strictObject({
      service: nameSchema.describe(
        'Service that answers whether somebody has logged in, as oauth2-proxy does.',
      ),
      namespace: nameSchema.describe('Its namespace, which must let the pods of the gateway in.'),
      port: portSchema.describe('Port of the Service, which speaks TLS with a certificate of the platform.'),
      podPort: portSchema.describe('Port of its pods, for network policies.'),
      podLabels: z.record(z.string(), z.string()).describe('Labels that select its pods.'),
      path: z
        .string()
        .regex(/^(\/[a-z0-9-]+)+$/, 'a path without a slash at its end')
        .default('/oauth2')
        .describe('Path below which it shows its own pages, on every host that has a route with a login.'),
    })
    .nullable()
    .describe('Where people without a token log in. Without one no route can ask for a login.'),
  accessLog: z
    .enum(accessLogChoices)
    .describe('Which requests the gateway logs: none, those that fail (status 400 and above), or all.'),
});

/** Complete settings. */
export type GatewaySettings = z.infer<typeof gatewaySettings>;

const common = {
  address: 'LoadBalancer' as const,
  clients: ['0.0.0.0/0', '::/0'],
  issuer: null,
  login: null,
  accessLog: 'all' as const,
};

/** Sizes. Istio asks 100m and 128Mi for a gateway that does next to nothing. */
export const gatewaySizes: ByProfile<GatewaySettings> = {
  minimal: { ...common, replicas: { min: 1, max: 1 }, resources: { cpu: '20m', memory: '128Mi' } },
  small: { ...common, replicas: { min: 1, max: 3 }, resources: { cpu: '100m', memory: '256Mi' } },
  production: { ...common, replicas: { min: 3, max: 12 }, resources: { cpu: '500m', memory: '512Mi' } },
};
