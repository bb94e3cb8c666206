/** What the tests ask of a cluster, by the API alone: not through what they test. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import {
  isNotFound,
  KubernetesApiError,
  type KubernetesClient,
  type KubernetesObject,
} from '../../../lab/kubernetes/index.ts';

/** Every object in the cluster that carries the label of an environment, copies by controllers left out. */
export async function ourObjects(client: KubernetesClient, environment: string): Promise<KubernetesObject[]> {
  const resources = await client.allResources();
  const lists = await Promise.all(
    resources.map(async ({ apiVersion, kind }) => {
      try {
        return await client.list(
          { apiVersion, kind },
          { labelSelector: `ninefold.dev/environment=${environment}` },
        );
      } catch (error) {
        if (isNotFound(error) || (error instanceof KubernetesApiError && error.status === 405)) return [];
        throw error;
      }
    }),
  );
  return lists
    .flat()
    .filter(({ kind, metadata }) => (metadata.ownerReferences ?? []).length === 0 && kind !== 'Endpoints');
}

/** Asserts that there are objects of an environment, each owned by a resource of its own. */
export async function assertNoDuplicates(client: KubernetesClient, environment: string): Promise<number> {
  const objects = await ourObjects(client, environment);
  const owners = objects.map(({ metadata }) => metadata.labels?.['ninefold.dev/owner'] ?? 'nobody');
  assert.ok(objects.length > 0, 'there are no objects to look at');
  assert.deepEqual(
    owners.filter((owner, index) => owner === 'nobody' || owners.indexOf(owner) !== index),
    [],
  );
  return objects.length;
}

/** Asks until the answer is something; the bound only ends a test that would otherwise hang. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const deadline = performance.now() + 120_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    assert.ok(performance.now() < deadline, `waited in vain for ${what}`);
    await delay(20);
  }
}
