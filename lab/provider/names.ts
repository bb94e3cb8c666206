import { createHash } from 'node:crypto';
import { groupOf } from './resource-types.ts';

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/**
 * What is wrong with an object's name; undefined when nothing is. Kinds that allow less (a Service must be a DNS
 * label) are judged by the API server; names of RBAC objects may hold anything that fits into a path.
 */
export function nameViolation(name: string, apiVersion: string): string | undefined {
  if (groupOf(apiVersion) === 'rbac.authorization.k8s.io') {
    return name === '' || name === '.' || name === '..' || /[/%]/.test(name)
      ? `"${name}" is no name: it must not be empty, "." or "..", nor contain "/" or "%"`
      : undefined;
  }
  if (name.length <= 253 && subdomain.test(name)) return undefined;
  return (
    `"${name}" is no name of a Kubernetes object: at most 253 lower-case letters, digits, "-" and ".", ` +
    'each part between dots beginning and ending with a letter or digit'
  );
}

/** What is wrong with a namespace's name; undefined when nothing is. */
export function namespaceViolation(name: string): string | undefined {
  if (name.length <= 63 && label.test(name)) return undefined;
  return (
    `"${name}" is no name of a namespace: at most 63 lower-case letters, digits and "-", ` +
    'beginning and ending with a letter or digit'
  );
}

/** `<prefix><eight hexadecimal digits>`: the same for the same seed, which the engine keeps for a resource. */
export function generatedName(prefix: string, seed: Uint8Array, urn: string): string {
  return prefix + createHash('sha256').update(seed).update(urn).digest('hex').slice(0, 8);
}
