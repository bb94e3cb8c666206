import * as z from 'zod';
import { accessLogChoices } from '../../kit/istio-providers.ts';
import type { ByProfile } from '../../kit/profile.ts';
import { resourcesSchema } from '../../kit/setting-types.ts';

const scaled = (what: string) =>
  z.strictObject({
    replicas: z
      .strictObject({
        min: z.int().min(1).max(20).describe(`Fewest replicas of ${what}.`),
        max: z
          .int()
          .min(1)
          .max(50)
          .describe(`Most replicas of ${what}. More than min scales by processor use.`),
      })
      .describe(`How many replicas of ${what} there are.`),
    resources: resourcesSchema,
  });

/** Settings of Istio as a mesh. */
export const istioSettings = z.strictObject({
  dataPlane: z
    .enum(['ambient', 'sidecar'])
    .describe(
      'ambient: a proxy on each node and one in front of each namespace; sidecar: a proxy in each pod of the mesh.',
    ),
  trustDomain: z
    .hostname()
    .describe('First part of every identity in the mesh. Changing it changes them all.'),
  accessLog: z
    .enum(accessLogChoices)
    .describe('Which requests the proxies log: none, those that fail (status 400 and above), or all.'),
  controlPlane: scaled('the control plane').describe(
    'istiod, which configures every proxy and signs its certificate.',
  ),
  waypoint: scaled('each waypoint').describe(
    'The proxy in front of the services of one namespace, which knows methods and paths. Used when ambient.',
  ),
  nodeProxy: z
    .strictObject({ resources: resourcesSchema })
    .describe('ztunnel, the proxy on each node. Used when ambient.'),
  nodeAgent: z
    .strictObject({ resources: resourcesSchema })
    .describe('The agent on each node that leads the traffic of pods into the mesh.'),
  sidecar: z
    .strictObject({ resources: resourcesSchema })
    .describe('The proxy in each pod, when sidecar; also of gateways, where those say nothing else.'),
  nodes: z
    .int()
    .min(1)
    .max(5000)
    .describe(
      'Nodes that the footprint counts the agents of each node for. Changes nothing that is installed.',
    ),
});

/** Complete settings. */
export type IstioSettings = z.infer<typeof istioSettings>;

const common = {
  dataPlane: 'ambient',
  trustDomain: 'cluster.local',
  sidecar: { resources: { cpu: '50m', memory: '128Mi' } },
} as const;

/**
 * Sizes. The charts ask 500m and 2Gi for istiod, 200m and 512Mi for ztunnel, 100m and 100Mi for the agent, and
 * 100m and 128Mi for a proxy: sizes of clusters with thousands of pods, which production keeps and the others lower.
 */
export const istioSizes: ByProfile<IstioSettings> = {
  minimal: {
    ...common,
    accessLog: 'all',
    controlPlane: { replicas: { min: 1, max: 1 }, resources: { cpu: '50m', memory: '256Mi' } },
    waypoint: { replicas: { min: 1, max: 1 }, resources: { cpu: '20m', memory: '128Mi' } },
    nodeProxy: { resources: { cpu: '20m', memory: '96Mi' } },
    nodeAgent: { resources: { cpu: '10m', memory: '96Mi' } },
    nodes: 3,
  },
  small: {
    ...common,
    accessLog: 'all',
    controlPlane: { replicas: { min: 1, max: 1 }, resources: { cpu: '200m', memory: '512Mi' } },
    waypoint: { replicas: { min: 1, max: 3 }, resources: { cpu: '50m', memory: '128Mi' } },
    nodeProxy: { resources: { cpu: '100m', memory: '256Mi' } },
    nodeAgent: { resources: { cpu: '50m', memory: '128Mi' } },
    nodes: 3,
  },
  production: {
    ...common,
    accessLog: 'errors',
    controlPlane: { replicas: { min: 2, max: 5 }, resources: { cpu: '500m', memory: '2Gi' } },
    waypoint: { replicas: { min: 2, max: 10 }, resources: { cpu: '100m', memory: '256Mi' } },
    nodeProxy: { resources: { cpu: '200m', memory: '512Mi' } },
    nodeAgent: { resources: { cpu: '100m', memory: '128Mi' } },
    nodes: 9,
  },
};
