import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asRecord, isClusterScoped } from '../../../components/kit/manifest.ts';
import { keys, ownerHash } from '../../../components/kit/naming.ts';
import type { ResourceGraph } from '../../../preview/graph.ts';
import { objectsOf, recordPlatform } from '../../support/recorded-platform.ts';
import { judgedEnvironments, recordAll } from '../environments.ts';
import { invariant, joinVerdicts, judgeEach } from '../invariant.ts';

const environments = await recordAll();

/** How the names of a component's objects begin where they don't begin with the component's own name. */
const prefixes: Readonly<Record<string, string>> = {
  'ninefold:foundation:Definitions': 'definition-',
  'ninefold:foundation:Foundation': 'priority-',
  'ninefold:foundation:Namespace': 'ninefold-',
};

invariant(environments, 'no resource but the stack is without a parent that exists', ({ all }) =>
  judgeEach(all.values(), ({ type, name, parent }) => {
    if (type === 'pulumi:pulumi:Stack') return undefined;
    return parent && all.has(parent) ? undefined : `${name} has no parent`;
  }),
);

invariant(environments, 'every object names a provider of ours', ({ all }) =>
  judgeEach(objectsOf(all), ({ resource: { name, provider } }) => {
    const ours = all.get(provider)?.type.startsWith('pulumi:providers:') && !provider.includes('::default');
    return ours ? undefined : `${name} is left to the provider "${provider}"`;
  }),
);

invariant(environments, 'no two resources of a stack share a logical name', ({ layers }) =>
  joinVerdicts(
    Object.values(layers).map((graph) => {
      const seen = new Set<string>();
      return judgeEach(graph.values(), ({ name, type }) => {
        const known = seen.has(name);
        seen.add(name);
        return known ? `${name} (${type}) is not the only one of its name` : undefined;
      });
    }),
  ),
);

invariant(environments, 'the logical name of every object begins with what it belongs to', ({ all }) =>
  judgeEach(objectsOf(all), ({ resource: { name, parent = '' } }) => {
    const owner = all.get(parent);
    const prefix = prefixes[owner?.type ?? ''] ?? `${owner?.name}-`;
    return name.startsWith(prefix) ? undefined : `${name} does not begin with ${prefix}`;
  }),
);

invariant(
  environments,
  'every object has a name of its own, and a namespace where its kind wants one',
  (judged) => {
    const custom = judged.plan.crds.flatMap(({ bundle }) => [...bundle.kinds]);
    const names = new Map<string, string>();
    return judgeEach(objectsOf(judged.all), ({ resource, object: { apiVersion, kind, metadata } }) => {
      if (typeof metadata.name !== 'string' || metadata.name === '') return `${resource.name} has no name`;
      if (asRecord(metadata)?.generateName) return `${resource.name} lets the cluster make up a name`;
      const group = apiVersion.split('/')[0];
      const known = custom.find((one) => one.kind === kind && one.group === group);
      const namespaced = known ? known.namespaced : !isClusterScoped(kind);
      if (namespaced !== (metadata.namespace !== undefined)) return `${resource.name} is in the wrong scope`;
      const address = [group, kind, metadata.namespace, metadata.name].join(' ');
      const other = names.get(address);
      names.set(address, resource.name);
      return other ? `${resource.name} and ${other} are one object` : undefined;
    });
  },
);

invariant(environments, 'every namespaced object is in a namespace that the plan makes', ({ plan, all }) => {
  const made = new Set(plan.capabilities.flatMap((one) => one.namespaces.map(({ name }) => name)));
  const namespaced = objectsOf(all).filter(({ object }) => object.metadata.namespace !== undefined);
  return judgeEach(namespaced, ({ resource, object: { metadata } }) =>
    made.has(metadata.namespace ?? '') ? undefined : `${resource.name} is in ${metadata.namespace}`,
  );
});

invariant(environments, 'the owner label is the hash of the URN', ({ all }) =>
  judgeEach(objectsOf(all), ({ resource, object }) => {
    const label = object.metadata.labels?.[keys.owner];
    return label === ownerHash(resource.urn) ? undefined : `${resource.name} carries ${label}`;
  }),
);

invariant(environments, 'every object says whose it is', ({ all }) =>
  judgeEach(objectsOf(all), ({ resource, object: { metadata } }) => {
    const labels = metadata.labels ?? {};
    const complete =
      labels['app.kubernetes.io/managed-by'] === 'ninefold' &&
      labels[keys.environment] &&
      labels[keys.capability];
    return complete ? undefined : `${resource.name} lacks a label`;
  }),
);

invariant(
  environments,
  'what holds data is protected exactly where the environment protects it',
  (judged) => {
    const { protection } = judged.plan.environment;
    return judgeEach(objectsOf(judged.all), ({ resource, object }) => {
      const holdsData = object.metadata.annotations?.[keys.holdsData] !== undefined;
      return resource.protect === (holdsData && protection)
        ? undefined
        : `${resource.name}: ${resource.protect}`;
    });
  },
);

test('rendering twice is identical', async () => {
  const content = (graph: ResourceGraph) =>
    [...graph.values()].sort((one, other) => (one.urn < other.urn ? -1 : 1));
  for (const [index, { environment }] of judgedEnvironments.entries()) {
    const again = await recordPlatform(environment);
    const first = environments[index];
    assert.ok(first && first.all.size > 0);
    assert.deepEqual(content(again.all), content(first.all));
  }
});
