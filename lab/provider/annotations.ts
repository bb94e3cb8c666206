import { isMap, type PropertyMap } from './property-values.ts';

/** Annotations of the official provider that this one honours. */
export const annotationNames = {
  autonamed: 'pulumi.com/autonamed',
  deletionPropagationPolicy: 'pulumi.com/deletionPropagationPolicy',
  patchForce: 'pulumi.com/patchForce',
  skipAwait: 'pulumi.com/skipAwait',
  timeoutSeconds: 'pulumi.com/timeoutSeconds',
  waitFor: 'pulumi.com/waitFor',
} as const;

/** Set in the outputs of what was left out: `true` for a whole object, the path for a part of one. */
export const leftOutAnnotation = 'ninefold.dev/left-out';

/** Label whose value, the hash of the URN, says which resource of which stack an object belongs to. */
export const ownerLabel = 'ninefold.dev/owner';

/** The text of an annotation in properties or in an object; undefined when absent or unknown. */
export function annotationOf(object: PropertyMap, name: string): string | undefined {
  return textIn(object, 'annotations', name);
}

/** The text of a label in properties or in an object; undefined when absent or unknown. */
export function labelOf(object: PropertyMap, name: string): string | undefined {
  return textIn(object, 'labels', name);
}

/** Whether an annotation says yes. */
export function isAnnotated(object: PropertyMap, name: string): boolean {
  return annotationOf(object, name)?.toLowerCase() === 'true';
}

function textIn(object: PropertyMap, part: 'annotations' | 'labels', name: string): string | undefined {
  const { metadata } = object;
  const texts = isMap(metadata) ? metadata[part] : undefined;
  const value = isMap(texts) ? texts[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}
