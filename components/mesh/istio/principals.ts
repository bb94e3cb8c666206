import type { Identity, MeshFacts } from '../capability.ts';

/** An identity as policies name it: without the scheme of its SPIFFE id. */
export function principal({ trustDomain }: MeshFacts, { namespace, serviceAccount }: Identity): string {
  return `${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}

/** Identities as policies name them, each once and in a fixed order, so that equal needs give equal objects. */
export function principals(facts: MeshFacts, identities: readonly Identity[]): string[] {
  return [...new Set(identities.map((one) => principal(facts, one)))].sort();
}
