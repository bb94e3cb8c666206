/** The simulated nodes: three zones of them, sized by the caller. */
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { KubernetesClient, KubernetesObject } from '../kubernetes/index.ts';
import { nodeNetworkPrefix } from './network.ts';

/** How many nodes there are and how large each is. */
export const nodesSchema = z.object({
  /** Nodes in each of the three zones. */
  countPerZone: z.int().min(1).max(100),
  /** Processors of a node, as a Kubernetes quantity. */
  cpu: z.string().regex(/^\d+(\.\d+)?m?$/, 'a quantity such as "16" or "3500m"'),
  /** Memory of a node, as a Kubernetes quantity. */
  memory: z.string().regex(/^\d+(\.\d+)?(Ki|Mi|Gi|Ti)$/, 'a quantity such as "64Gi"'),
});

/** How many nodes there are and how large each is. */
export type LabNodes = z.infer<typeof nodesSchema>;

/** One node in each zone, as large as a common cloud machine (16 processors, 64 GiB). */
export const defaultNodes: LabNodes = { countPerZone: 1, cpu: '16', memory: '64Gi' };

/** The zones of the lab. */
export const zones = ['lab-a', 'lab-b', 'lab-c'] as const;

/** The label of the nodes that the lab made. */
const labNodeLabel = 'ninefold.dev/lab-node';

/** Pods that fit on a node. 250 is what large nodes of managed clusters take. */
const podsPerNode = '250';

const fieldManager = 'ninefold-lab';

/** Makes the nodes be as wanted: creates, resizes and removes. KWOK makes them ready. */
export async function applyNodes(client: KubernetesClient, nodes: LabNodes): Promise<void> {
  const wanted = new Map(planNodes(nodes).map((node) => [node.metadata.name, node]));
  const existing = await client.list(
    { apiVersion: 'v1', kind: 'Node' },
    { labelSelector: `${labNodeLabel}=true` },
  );
  const found = new Map(existing.map((node) => [node.metadata.name, node]));
  await Promise.all([
    ...existing
      .filter((node) => !wanted.has(node.metadata.name))
      .map((node) => client.delete({ apiVersion: 'v1', kind: 'Node', name: node.metadata.name })),
    ...[...wanted.values()].map((node) => applyNode(client, node, found.get(node.metadata.name))),
  ]);
}

/** The sizes are part of the status, which only a new node may bring along. */
async function applyNode(
  client: KubernetesClient,
  node: LabNode,
  existing: KubernetesObject | undefined,
): Promise<void> {
  if (existing === undefined) await client.create(node, { fieldManager });
  else if (!isDeepStrictEqual(sizesOf(existing), sizesOf(node))) {
    const { capacity, allocatable } = node.status;
    await client.patch(
      { apiVersion: 'v1', kind: 'Node', name: node.metadata.name },
      { status: { capacity, allocatable } },
      { type: 'merge', subresource: 'status', fieldManager },
    );
  }
}

/** A node as the lab makes it. */
interface LabNode extends KubernetesObject {
  readonly status: {
    readonly capacity: Record<string, string>;
    readonly allocatable: Record<string, string>;
    readonly addresses: readonly { readonly type: string; readonly address: string }[];
  };
}

/** The nodes wanted, zone by zone. */
function planNodes({ countPerZone, cpu, memory }: LabNodes): LabNode[] {
  return zones.flatMap((zone, zoneIndex) =>
    Array.from({ length: countPerZone }, (_, index): LabNode => {
      const name = `${zone}-${index + 1}`;
      const size = { cpu, memory, pods: podsPerNode, 'ephemeral-storage': '500Gi' };
      return {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: {
          name,
          annotations: { 'kwok.x-k8s.io/node': 'fake' },
          labels: {
            [labNodeLabel]: 'true',
            type: 'kwok',
            'kubernetes.io/hostname': name,
            'kubernetes.io/os': 'linux',
            'kubernetes.io/arch': 'amd64',
            'node-role.kubernetes.io/worker': '',
            'node.kubernetes.io/instance-type': 'simulated',
            'topology.kubernetes.io/region': 'lab',
            'topology.kubernetes.io/zone': zone,
          },
        },
        status: {
          capacity: size,
          allocatable: size,
          addresses: [
            { type: 'InternalIP', address: `${nodeNetworkPrefix}.${zoneIndex}.${index + 1}` },
            { type: 'Hostname', address: name },
          ],
        },
      };
    }),
  );
}

function sizesOf(node: KubernetesObject): unknown {
  const status = node.status as LabNode['status'] | undefined;
  return [status?.capacity, status?.allocatable];
}

/** The wanted nodes that are not ready. */
export async function unreadyNodes(client: KubernetesClient, nodes: LabNodes): Promise<string[]> {
  const found = await client.list(
    { apiVersion: 'v1', kind: 'Node' },
    { labelSelector: `${labNodeLabel}=true` },
  );
  const ready = new Set(found.filter(isReady).map((node) => node.metadata.name));
  return nodeNames(nodes).filter((name) => !ready.has(name));
}

/** The names of the wanted nodes. */
export function nodeNames(nodes: LabNodes): string[] {
  return planNodes(nodes).map((node) => node.metadata.name);
}

function isReady(node: KubernetesObject): boolean {
  const status = node.status as { conditions?: { type: string; status: string }[] } | undefined;
  return status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}
