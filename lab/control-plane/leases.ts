/**
 * Leases tell who is at work: the controller manager and the scheduler hold one each, KWOK one for each of its nodes.
 * A lease that was made after its holder's predecessor ended proves that the holder runs and is let in.
 */
import type { KubernetesClient } from '../kubernetes/index.ts';

/** The components that hold leases. */
export type LeaseHolder = 'kube-controller-manager' | 'kube-scheduler' | 'kwok';

const kind = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
const componentNamespace = 'kube-system';
const nodeNamespace = 'kube-node-lease';

/**
 * Takes the leases of a component that ended away. Its successor has another identity, and would wait for as long as
 * a minute until they run out.
 */
export async function releaseLeases(client: KubernetesClient, holder: LeaseHolder): Promise<void> {
  if (holder !== 'kwok') {
    await client.delete({ ...kind, namespace: componentNamespace, name: holder });
    return;
  }
  const names = await listNames(client, nodeNamespace);
  await Promise.all(names.map((name) => client.delete({ ...kind, namespace: nodeNamespace, name })));
}

/** Which of the wanted components and nodes have no lease yet. */
export async function missingLeases(
  client: KubernetesClient,
  components: readonly LeaseHolder[],
  nodes: readonly string[],
): Promise<string[]> {
  const held = new Set(
    (await Promise.all([listNames(client, componentNamespace), listNames(client, nodeNamespace)])).flat(),
  );
  return [...components.filter((component) => component !== 'kwok'), ...nodes].filter(
    (name) => !held.has(name),
  );
}

async function listNames(client: KubernetesClient, namespace: string): Promise<string[]> {
  return (await client.list({ ...kind, namespace })).map((lease) => lease.metadata.name);
}
