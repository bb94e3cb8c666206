import type { Manifest } from './manifest.ts';
import { allowNameResolution, denyAll } from './network.ts';

/** A namespace that one implementation owns. */
export interface OwnedNamespace {
  name: string;
  /** Pod Security level its pods are held to. @default 'restricted' */
  podSecurity?: 'restricted' | 'baseline' | 'privileged';
  /** Further labels, such as those by which capabilities admit its pods as clients. @default none */
  labels?: Readonly<Record<string, string>>;
}

/** A namespace of the platform, as the objects that make it safe before anything runs in it. */
export function namespaceObjects(owned: OwnedNamespace): readonly Manifest[] {
  const level = owned.podSecurity ?? 'restricted';
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: owned.name,
        labels: {
          ...owned.labels,
          'pod-security.kubernetes.io/enforce': level,
          'pod-security.kubernetes.io/enforce-version': 'latest',
          'pod-security.kubernetes.io/warn': 'restricted',
          'pod-security.kubernetes.io/audit': 'restricted',
        },
      },
    },
    denyAll(owned.name),
    allowNameResolution(owned.name),
  ];
}
