import { createHash } from 'node:crypto';

/** Prefix of every label and annotation of ours. */
const domain = 'ninefold.dev';

/** Labels and annotations that the platform puts on objects. */
export const keys = {
  environment: `${domain}/environment`,
  capability: `${domain}/capability`,
  /** Hash of the resource's URN: says which resource of which stack an object belongs to. */
  owner: `${domain}/owner`,
  /** On objects that stand in for a release that could not be had. */
  standIn: `${domain}/stand-in`,
  /** Annotation: what is lost when the object is deleted, in words. */
  holdsData: `${domain}/holds-data`,
  /** Annotation: the name and version of the release that an object came with. */
  release: `${domain}/release`,
  /** Label of a namespace whose pods may reach what a capability serves. */
  clientOf: (capability: string) => `${domain}/client-of-${capability}`,
} as const;

export const managedBy = { 'app.kubernetes.io/managed-by': 'ninefold' } as const;

/** The namespace that a capability's own pods live in. */
export function capabilityNamespace(capability: string): string {
  return `ninefold-${capability}`;
}

/** The value of the owner label: 16 hexadecimal digits of the URN's SHA-256. */
export function ownerHash(urn: string): string {
  return createHash('sha256').update(urn).digest('hex').slice(0, 16);
}

/** The stack that holds one layer of an environment: `<environment>.<layer>`. */
export function stackName(environment: string, layer: string): string {
  return `${environment}.${layer}`;
}

/** Turns any text into a name that Kubernetes and URNs accept: lower case, digits and hyphens. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
