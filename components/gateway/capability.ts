import * as z from 'zod';
import type { Capability } from '../kit/capability.ts';

const name = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'a name of Kubernetes');
const labels = z.record(z.string(), z.string());
const port = z.int().min(1).max(65535);

/** What others must know of the gateway. */
export const gatewayFacts = z.strictObject({
  namespace: z.string(),
  /** Name of the gateway, its class, and its listeners. */
  gateway: z.string(),
  className: z.string(),
  listeners: z.strictObject({ https: z.string(), http: z.string() }),
  /** Domain below which every host lies. */
  domain: z.string(),
  /** The pods of the gateway, and the account under which they run. */
  podLabels: labels,
  serviceAccount: z.string(),
  /** Replicas there are at least: among so many a limit of requests is divided. */
  replicas: z.int().min(1),
  /** Who issues the tokens of users; null while nobody does. */
  issuer: z.string().nullable(),
  /** Where people log in; null while they can't. */
  login: z
    .strictObject({
      /** Path below which every host with such a route shows the pages of the login. */
      path: z.string(),
    })
    .nullable(),
});

/** One route into one service. */
export const gatewayNeeds = z.strictObject({
  /** Name of the route, unique in its namespace. */
  name,
  /** Namespace of the route and of the service. */
  namespace: name,
  /** Name of the host below the platform's domain, such as `shop`. */
  host: name,
  /** Path at which the route begins. The longest path that fits wins. */
  path: z.string().regex(/^\/([^*?#\s]*[^*?#\s/])?$/, 'a path without a slash at its end'),
  /** @default all of them */
  methods: z
    .array(z.string().regex(/^[A-Z]+$/, 'an HTTP method'))
    .min(1)
    .optional(),
  service: z.strictObject({ name, port, targetPort: port, podLabels: labels }),
  /** For whom a user's token must be meant. Left out: nobody needs one. */
  audience: z.string().min(1).optional(),
  /** Sends people who come without a token to log in, and gives the service their token. Needs an audience. */
  login: z.boolean().optional(),
  /** How many requests get through in a window, over all clients. */
  rate: z
    .strictObject({ requests: z.int().min(1).max(1_000_000), per: z.enum(['second', 'minute', 'hour']) })
    .optional(),
  /** How long a request may take, in milliseconds. */
  timeout: z.int().min(1).max(3_600_000),
});

/** Facts of `gateway`. */
export type GatewayFacts = z.infer<typeof gatewayFacts>;

/** Needs of `gateway`. */
export type GatewayNeeds = z.infer<typeof gatewayNeeds>;

declare module '../kit/capability-types.ts' {
  interface CapabilityTypes {
    gateway: { facts: GatewayFacts; needs: GatewayNeeds };
  }
}

/** The way in from outside. */
export const gateway: Capability<'gateway'> = {
  name: 'gateway',
  principle: 1,
  title: 'API gateway',
  summary: 'Lets requests from outside in: encrypted, limited, and with a token where one is needed.',
  facts: gatewayFacts,
  needs: gatewayNeeds,
  onIn: ['minimal', 'small', 'production'],
};
