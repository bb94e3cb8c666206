import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { type KubernetesObject, UnknownKindError } from '../../kubernetes/index.ts';
import type { Cluster } from '../cluster.ts';
import { groupOf } from '../resource-types.ts';

const definitionSchema = z.looseObject({
  spec: z.looseObject({
    group: z.string(),
    names: z.looseObject({ kind: z.string() }),
    versions: z.array(z.looseObject({ name: z.string(), served: z.boolean() })),
  }),
});

/** For how long discovery may lag behind an established definition, in milliseconds. */
const lagBoundMs = 10_000;

/** Whether an object makes new kinds known. */
export function definesKinds({ apiVersion, kind }: KubernetesObject): boolean {
  return kind === 'CustomResourceDefinition' && groupOf(apiVersion) === 'apiextensions.k8s.io';
}

/**
 * Whether the API server serves the kinds of a definition. A definition is established a moment before its kinds are
 * found, so this waits that moment. True for any other object.
 */
export async function kindsAreServed(cluster: Cluster, object: KubernetesObject): Promise<boolean> {
  if (!definesKinds(object)) return true;
  const { group, names, versions } = definitionSchema.parse(object).spec;
  const started = performance.now();
  let pause = 50;
  for (const { name } of versions.filter(({ served }) => served)) {
    while (!(await isServed(cluster, `${group}/${name}`, names.kind))) {
      if (performance.now() - started > lagBoundMs) return false;
      await delay(pause, undefined, { signal: cluster.signal });
      // Hundreds of definitions at once keep the API server busy enough.
      pause = Math.min(1000, pause * 2);
    }
  }
  return true;
}

async function isServed(cluster: Cluster, apiVersion: string, kind: string): Promise<boolean> {
  try {
    await cluster.client.resourceFor(apiVersion, kind);
    return true;
  } catch (error) {
    if (error instanceof UnknownKindError) return false;
    throw error;
  }
}
