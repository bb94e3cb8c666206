import * as z from 'zod';
import { profileNames } from '../components/kit/profile.ts';

/** The Kubernetes version that a new environment gets. */
export const defaultKubernetesVersion = '1.36';

const apiServer = z
  .strictObject({
    cidrs: z
      .array(z.cidrv4().or(z.cidrv6()))
      .min(1)
      .default(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'])
      .describe(
        'Address ranges in which the API server is reached from pods. The default is every private range.',
      ),
    ports: z
      .array(z.int().min(1).max(65535))
      .min(1)
      .default([443, 6443])
      .describe('Ports on which the API server is reached from pods.'),
  })
  .prefault({})
  .describe('How operators reach the API server; network policies open exactly this.');

const version = z
  .string()
  .regex(/^\d+\.\d+$/, 'a minor version such as 1.36')
  .default(defaultKubernetesVersion)
  .describe('Minor version of Kubernetes. Implementations that do not support it are refused.');

const lab = z
  .strictObject({
    kind: z.literal('lab').describe('A real control plane on this machine, with simulated nodes.'),
    version,
    crds: z
      .enum(['planned', 'all'])
      .default('planned')
      .describe('Which definitions are installed: those of the kinds in the plan, or all of every release.'),
    apiServer,
  })
  .describe('The embedded lab.');

const existing = z
  .strictObject({
    kind: z.literal('existing').describe('A cluster that is already there.'),
    version,
    kubeconfig: z
      .string()
      .min(1)
      .optional()
      .describe('Path of the kubeconfig file. Left out: $KUBECONFIG, or ~/.kube/config.'),
    context: z
      .string()
      .min(1)
      .describe('Context of the kubeconfig to use. Has no default, so that it is never the wrong one.'),
    apiServer,
  })
  .describe('Any cluster with a kubeconfig.');

/** The cluster block of an environment. */
export const clusterSchema = z
  .discriminatedUnion('kind', [lab, existing])
  .prefault({ kind: 'lab' })
  .describe('Where the platform runs, apart from how big it is.');

const exceptionSchema = z.strictObject({
  rule: z
    .literal('egress')
    .describe('Lets the pods of a capability connect to addresses outside the cluster.'),
  capability: z.string().min(1).describe('The capability whose pods may connect.'),
  to: z.cidrv4().or(z.cidrv6()).describe('Address range in CIDR notation.'),
  ports: z.array(z.int().min(1).max(65535)).min(1).default([443]).describe('TCP ports.'),
  reason: z.string().min(10).describe('Why it is needed, for whoever reviews it. At least ten characters.'),
  until: z.iso.date().describe('Last day on which it holds. Afterwards the environment is refused.'),
});

/** An environment file without its capabilities, whose blocks belong to their implementations. */
export const environmentSchema = z.strictObject({
  profile: z
    .enum(profileNames)
    .default('minimal')
    .describe(
      'How big and how careful: minimal shows the shape, small is a team’s, production is highly available.',
    ),
  domain: z
    .hostname()
    .default('ninefold.internal')
    .describe('DNS domain under which the platform is reached and for which its internal authority signs.'),
  cluster: clusterSchema,
  protection: z
    .boolean()
    .optional()
    .describe(
      'Whether resources that hold data are protected from deletion. The default is true in production only.',
    ),
  images: z
    .strictObject({
      prefix: z
        .string()
        .regex(
          /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/,
          'a registry host with an optional path, without a scheme',
        )
        .optional()
        .describe(
          'Put before every image, so that all are pulled from one mirror, such as mirror.example.org/cache.',
        ),
    })
    .prefault({})
    .describe('Where container images are pulled from.'),
  capabilities: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      'What is on, and with which settings. A capability that is not named takes the default of the profile.',
    ),
  exceptions: z
    .array(exceptionSchema)
    .default([])
    .describe('Openings beyond the secure defaults, each with a reason and an end.'),
});

/** What an environment file says at its top level, with defaults filled in. */
export type EnvironmentSettings = z.infer<typeof environmentSchema>;
