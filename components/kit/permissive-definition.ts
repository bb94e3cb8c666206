import { type CustomKind, crdName } from './kinds.ts';
import type { Manifest } from './manifest.ts';
import { keys } from './naming.ts';

/**
 * A definition that accepts any spec: what the lab installs for a kind whose real definition can't be had.
 * @param release Name and version of the definitions that it stands in for
 * @param annotations What the real definitions say of themselves
 */
export function permissiveDefinition(
  kind: CustomKind,
  release: string,
  annotations: Readonly<Record<string, string>> = {},
): Manifest {
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: crdName(kind),
      labels: { [keys.standIn]: 'true' },
      annotations: { ...annotations, ...approval(kind), [keys.release]: release },
    },
    spec: {
      group: kind.group,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.kind.toLowerCase(),
      },
      scope: kind.namespaced ? 'Namespaced' : 'Cluster',
      versions: [
        {
          name: kind.version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { ...anything, properties: { spec: anything, status: anything } } },
          subresources: { status: {} },
        },
      ],
    },
  };
}

/**
 * Groups of the Kubernetes project itself need a word on their approval
 * (https://github.com/kubernetes/enhancements/pull/1111); of a stand-in it is that there is none.
 */
function approval({ group }: CustomKind): Record<string, string> {
  if (!/\.(k8s|kubernetes)\.io$/.test(group)) return {};
  return { 'api-approved.kubernetes.io': 'unapproved, a stand-in that accepts anything' };
}
