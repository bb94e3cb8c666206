import { secretsNamespace } from '../../../components/secrets/shared/names.ts';
import { vaultProduct } from '../../../components/secrets/vault/index.ts';
import type { KubernetesClient } from '../../../lab/kubernetes/index.ts';
import type { VaultServer } from './server.ts';

/** Whenever the first pod is another one, the server is another process, on the disk that the pod has then. */
export async function followDisk(
  kubernetes: KubernetesClient,
  vault: VaultServer,
  signal: AbortSignal,
): Promise<void> {
  const within = { apiVersion: 'v1', namespace: secretsNamespace };
  const fieldSelector = `metadata.name=${vaultProduct.name}-0`;
  const claim = { ...within, kind: 'PersistentVolumeClaim', name: `data-${vaultProduct.name}-0` };
  let known: string | undefined;
  for await (const { type, object } of kubernetes.watch(
    { ...within, kind: 'Pod' },
    { fieldSelector, signal },
  )) {
    const { uid } = object.metadata;
    if (type === 'DELETED' || uid === known) continue;
    known = uid;
    await vault.useDisk(String((await kubernetes.get(claim)).metadata.uid));
  }
}
