import type * as pulumi from '@pulumi/pulumi';
import type { Component } from './component.ts';
import { rewriteReference } from './images.ts';
import { KubernetesObject } from './kubernetes-object.ts';
import { asRecord, type Manifest, podSpecOf, resourceToken } from './manifest.ts';
import { keys, managedBy, ownerHash } from './naming.ts';
import type { Environment } from './plan.ts';

/** How one object is treated beyond what it says. */
export interface ObjectOptions {
  /** What must exist before it and go after it. @default what the scope requires */
  dependsOn?: readonly pulumi.Resource[];
  /** What is lost with it, in words. Protects it where the environment protects data. */
  holdsData?: string;
  /** Leave the object in the cluster when its resource goes. */
  retainOnDelete?: boolean;
  /** Fields that something in the cluster fills in, as property paths. */
  ignoreChanges?: readonly string[];
}

/** The one way by which an object of the platform becomes a resource. */
export interface EmitterContext {
  environment: Environment;
  /** Value of the capability label. */
  capability: string;
  parent: Component;
  provider: pulumi.ProviderResource;
}

/** Registers one object under the given logical name, with the labels that make it ours. */
export function emitObject(
  context: EmitterContext,
  name: string,
  manifest: Manifest,
  options: ObjectOptions = {},
): KubernetesObject {
  const urn = context.parent.childUrn(resourceToken(manifest), name);
  const annotations = {
    ...manifest.metadata.annotations,
    ...(options.holdsData ? { [keys.holdsData]: options.holdsData } : {}),
  };
  const complete: Manifest = {
    ...withImages(manifest, context.environment),
    metadata: {
      ...manifest.metadata,
      labels: {
        ...manifest.metadata.labels,
        ...managedBy,
        [keys.environment]: context.environment.name,
        [keys.capability]: context.capability,
        [keys.owner]: ownerHash(urn),
      },
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    },
  };
  return new KubernetesObject(name, complete, {
    parent: context.parent,
    provider: context.provider,
    dependsOn: [...(options.dependsOn ?? [])],
    protect: options.holdsData !== undefined && context.environment.protection,
    retainOnDelete: options.retainOnDelete ?? false,
    ignoreChanges: [...(options.ignoreChanges ?? [])],
  });
}

/** Pins every image of a workload that has a known digest, and sends it to the environment's mirror, if it has one. */
function withImages(manifest: Manifest, environment: Environment): Manifest {
  if (!podSpecOf(manifest)) return manifest;
  const copy = structuredClone(manifest);
  const pod = podSpecOf(copy);
  for (const list of ['initContainers', 'containers']) {
    for (const container of (pod?.[list] as unknown[] | undefined) ?? []) {
      const record = asRecord(container);
      if (record && typeof record.image === 'string') {
        record.image = rewriteReference(record.image, environment.images);
      }
    }
  }
  return copy;
}
