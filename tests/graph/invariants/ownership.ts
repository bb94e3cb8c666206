import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Component } from '../../../components/kit/component.ts';
import { crdName } from '../../../components/kit/kinds.ts';
import { keys } from '../../../components/kit/naming.ts';
import { bundlesOf } from '../../../components/kit/lock.ts';
import { implementationOf } from '../../../components/kit/registry.ts';
import { registry } from '../../../components/registry.ts';
import { recordProgram } from '../../../preview/monitor.ts';
import { objectsOf } from '../../support/recorded-platform.ts';
import { recordAll } from '../environments.ts';
import { invariant, judgeEach } from '../invariant.ts';

const environments = await recordAll();

invariant(
  environments,
  'the type token of a capability’s component names both, and is nobody else’s',
  (judged) => {
    const all = registry.flatMap(({ implementations }) => implementations.map(({ token }) => token));
    return judgeEach(judged.plan.capabilities, ({ capability, implementation }) => {
      const { token } = implementationOf(registry, capability, implementation);
      const component = [...judged.layers.platform.values()].find(({ name }) => name === capability);
      if (component?.type !== token) return `${capability} has the type ${component?.type}`;
      if (!new RegExp(`^ninefold:${capability}:[A-Z][A-Za-z0-9]*$`).test(token))
        return `${token} is not of that form`;
      return all.filter((one) => one === token).length === 1 ? undefined : `${token} is not the only one`;
    });
  },
);

invariant(
  environments,
  'every resource is ours or a Kubernetes object: there is no other provider',
  ({ all }) =>
    judgeEach(
      [...all.values()].filter(({ custom }) => custom),
      ({ type }) => (/^(kubernetes:|pulumi:providers:kubernetes$)/.test(type) ? undefined : type),
    ),
);

invariant(environments, 'every definition has one owner', ({ plan }) => {
  const bundles = [...bundlesOf(registry).values()];
  const kinds = plan.crds.flatMap(({ bundle }) => [...bundle.kinds]);
  return judgeEach(kinds, (kind) => {
    const owners = bundles.filter((bundle) => bundle.kinds.some((one) => crdName(one) === crdName(kind)));
    return owners.length === 1
      ? undefined
      : `${crdName(kind)} is in ${owners.map(({ name }) => name).join(', ') || 'no bundle'}`;
  });
});

invariant(
  environments,
  'definitions and their guards stay when their resources go, but in the lab',
  ({ plan, layers }) => {
    const isLab = plan.environment.cluster.kind === 'lab';
    const definitions = objectsOf(layers.foundation).filter(({ resource }) =>
      resource.name.startsWith('definition-'),
    );
    return judgeEach(definitions, ({ resource }) =>
      resource.retainOnDelete === !isLab ? undefined : `${resource.name}: ${resource.retainOnDelete}`,
    );
  },
);

// What else stayed would outlive the only one who can clear its finalizers. Other operators leave the disks behind.
invariant(
  environments,
  'of what holds data, the clusters whose operator deletes their disks stay where data is protected; nothing else does',
  ({ plan, layers }) => {
    const { protection } = plan.environment;
    return judgeEach(objectsOf(layers.platform), ({ resource, object }) => {
      const deletesDisks = object.apiVersion.startsWith('postgresql.cnpg.io/') && object.kind === 'Cluster';
      if (deletesDisks && object.metadata.annotations?.[keys.holdsData] === undefined)
        return `${resource.name} does not say that it holds data`;
      return resource.retainOnDelete === (deletesDisks && protection)
        ? undefined
        : `${resource.name}: ${resource.retainOnDelete}`;
    });
  },
);

invariant(environments, 'every component says when all its children exist', ({ all }) =>
  judgeEach(
    [...all.values()].filter(({ custom, type }) => !custom && type !== 'pulumi:pulumi:Stack'),
    ({ name, finished }) => (finished ? undefined : `${name} never does`),
  ),
);

/** Where operators write the certificate of an authority into an object of ours, by its kind. */
const injected: Readonly<Record<string, string>> = {
  CustomResourceDefinition: 'spec.conversion.webhook.clientConfig.caBundle',
  MutatingWebhookConfiguration: 'webhooks[*].clientConfig.caBundle',
  ValidatingWebhookConfiguration: 'webhooks[*].clientConfig.caBundle',
};

invariant(environments, 'what operators write into our objects is left to them', ({ all }) =>
  judgeEach(
    objectsOf(all).filter(({ object }) => injected[object.kind]),
    ({ resource, object }) =>
      resource.ignoreChanges.includes(injected[object.kind] ?? '')
        ? undefined
        : `${resource.name} would be fought over`,
  ),
);

test('a child after all children exist is refused', async () => {
  const late = async (make: (parent: Component) => unknown) =>
    recordProgram(() => make(new Component('ninefold:test:Parent', 'parent').finish()), {
      project: 'ninefold',
      stack: 'test.platform',
    });
  const refused = /late comes after its component was finished/;
  await assert.rejects(
    late((parent) => parent.childUrn('kubernetes:core/v1:ConfigMap', 'late')),
    refused,
  );
  await assert.rejects(
    late((parent) => new Component('ninefold:test:Child', 'late', { parent })),
    refused,
  );
});
