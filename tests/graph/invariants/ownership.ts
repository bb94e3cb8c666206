import { crdName } from '../../../components/kit/kinds.ts';
import { bundlesOf } from '../../../components/kit/lock.ts';
import { implementationOf } from '../../../components/kit/registry.ts';
import { registry } from '../../../components/registry.ts';
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

invariant(environments, 'definitions stay when their resources go, but in the lab', ({ plan, layers }) => {
  const isLab = plan.environment.cluster.kind === 'lab';
  const definitions = objectsOf(layers.foundation).filter(
    ({ object }) => object.kind === 'CustomResourceDefinition',
  );
  return judgeEach(definitions, ({ resource }) =>
    resource.retainOnDelete === !isLab ? undefined : `${resource.name}: ${resource.retainOnDelete}`,
  );
});
