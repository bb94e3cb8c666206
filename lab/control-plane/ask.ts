/** One question to a lab's API server. */
import { KubernetesClient } from '../kubernetes/index.ts';
import type { LabLayout } from './layout.ts';

/** Asks with the lab's own kubeconfig; fails at once when the API server doesn't answer. */
export async function askLab<T>(
  layout: LabLayout,
  question: (client: KubernetesClient) => Promise<T>,
): Promise<T> {
  const client = await KubernetesClient.fromKubeconfig(layout.kubeconfig, undefined, { retryForMs: 0 });
  try {
    return await question(client);
  } finally {
    await client.close();
  }
}
