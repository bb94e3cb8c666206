/** URNs: `urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>`. */

/** The logical name. */
export function nameOf(urn: string): string {
  return urn.split('::').slice(3).join('::');
}

/** The type tokens from the outermost parent down to the resource's own. */
export function typesOf(urn: string): readonly string[] {
  return (urn.split('::')[2] ?? '').split('$');
}

/** The type as people know it: `apps/v1 Deployment` for an object of Kubernetes, the token for anything else. */
export function describeType(urn: string): string {
  const token = typesOf(urn).at(-1) ?? '';
  const match = /^kubernetes:(.+):([^:]+)$/.exec(token);
  return match ? `${match[1]?.replace(/^core\//, '')} ${match[2]}` : token;
}
