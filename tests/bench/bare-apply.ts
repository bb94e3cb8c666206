/** The same objects as a platform's, sent to an empty lab as fast as a plain client can: what `up` is held against. */
import { join } from 'node:path';
import type { Manifest } from '../../components/kit/manifest.ts';
import { removeLab, startLab } from '../../lab/index.ts';
import { KubernetesApiError, KubernetesClient, type KubernetesObject } from '../../lab/kubernetes/index.ts';
import { objectOf, recordPlatform, type TestEnvironment } from '../support/recorded-platform.ts';

/** How many requests are under way at a time: as many as the engine works on. */
const parallel = 32;

/** Milliseconds and objects of one plain apply. */
export interface BareApply {
  elapsedMs: number;
  objects: number;
}

/** Applies definitions until they are established, then namespaces, then the rest, each group in parallel. */
export async function bareApply(environment: TestEnvironment, directory: string): Promise<BareApply> {
  const { all } = await recordPlatform(environment);
  const objects = [...all.values()].flatMap((resource) => objectOf(resource) ?? []);
  const lab = await startLab({ directory: join(directory, 'bare') });
  const client = await KubernetesClient.fromKubeconfig(lab.kubeconfig);
  try {
    const began = performance.now();
    const definitions = objects.filter(({ kind }) => kind === 'CustomResourceDefinition');
    await inParallel(definitions, async (object) => {
      await client.apply(object as KubernetesObject, { fieldManager: 'bench' });
      await established(client, object);
    });
    const first = objects.filter(({ kind }) => ['Namespace', 'PriorityClass'].includes(kind));
    await inParallel(first, (object) => client.apply(object as KubernetesObject, { fieldManager: 'bench' }));
    const rest = objects.filter((object) => !definitions.includes(object) && !first.includes(object));
    await inParallel(rest, (object) => applyUntilTaken(client, object));
    return { elapsedMs: performance.now() - began, objects: objects.length };
  } finally {
    await client.close();
    await removeLab(lab.directory);
  }
}

async function established(
  client: KubernetesClient,
  { apiVersion, kind, metadata }: Manifest,
): Promise<void> {
  for (;;) {
    const live = await client.get({ apiVersion, kind, name: metadata.name });
    const status = live.status as { conditions?: { type: string; status: string }[] | null } | undefined;
    if (status?.conditions?.some((one) => one.type === 'Established' && one.status === 'True')) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A definition that is established may still not be served for a moment. */
async function applyUntilTaken(client: KubernetesClient, object: Manifest): Promise<void> {
  for (;;) {
    try {
      await client.apply(object as KubernetesObject, { fieldManager: 'bench' });
      return;
    } catch (error) {
      const young = error instanceof KubernetesApiError && error.status === 404;
      if (!young) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}
