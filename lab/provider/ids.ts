import type { ObjectReference } from '../kubernetes/index.ts';
import type { PropertyMap } from './property-values.ts';
import { objectTypeOf, typeTokenOf } from './resource-types.ts';

/** The id of a resource: `namespace/name`, or `name` for an object without a namespace. */
export function idOf(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** Which object a resource in the state stands for; its API version as it was last applied. */
export function referenceOfResource(id: string, urn: string, outputs: PropertyMap): ObjectReference {
  const type = objectTypeOf(typeTokenOf(urn));
  const apiVersion = typeof outputs.apiVersion === 'string' ? outputs.apiVersion : type.apiVersion;
  const slash = id.indexOf('/');
  const name = id.slice(slash + 1);
  return { apiVersion, kind: type.kind, name, ...(slash === -1 ? {} : { namespace: id.slice(0, slash) }) };
}
