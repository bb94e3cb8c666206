import type { KubernetesObject } from '../kubernetes/index.ts';
import { servedPart } from './left-out.ts';
import { isMap, type PropertyMap } from './property-values.ts';
import { withoutStringData } from './secret-data.ts';

/**
 * The object to apply for the inputs of a resource: in its namespace, a Secret's texts encoded, what nobody would
 * serve taken out. The inputs must be known.
 */
export function manifestOf(inputs: PropertyMap, namespace: string | undefined): KubernetesObject {
  const { namespace: _, ...metadata } = isMap(inputs.metadata) ? inputs.metadata : {};
  const manifest = servedPart(withoutStringData(inputs));
  return {
    ...manifest,
    apiVersion: String(inputs.apiVersion),
    kind: String(inputs.kind),
    metadata: { ...metadata, name: String(metadata.name), ...(namespace === undefined ? {} : { namespace }) },
  };
}
