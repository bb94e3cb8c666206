import type { WrittenMap } from '../test-support/properties.ts';

/** A small Deployment whose pods the lab's nodes run at once. */
export function deployment(namespace: string, name: string, more: WrittenMap = {}): WrittenMap {
  const labels = { app: name };
  return {
    metadata: { name, namespace },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'main', image: 'registry.example.org/main:1' }] },
      },
      ...more,
    },
  };
}

/** A definition of a namespaced kind in a group of its own, so that transcripts don't meet. */
export function definition(group: string, kind: string, spec: WrittenMap, more: WrittenMap = {}): WrittenMap {
  const plural = `${kind.toLowerCase()}s`;
  return {
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec,
                status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              },
            },
          },
          subresources: { status: {} },
        },
      ],
      ...more,
    },
  };
}

export const definitionType = 'kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition';
export const configMapType = 'kubernetes:core/v1:ConfigMap';
export const secretType = 'kubernetes:core/v1:Secret';
export const deploymentType = 'kubernetes:apps/v1:Deployment';

/** A group that no other transcript has. */
export function groupFor(namespace: string): string {
  return `${namespace}.example.org`;
}
