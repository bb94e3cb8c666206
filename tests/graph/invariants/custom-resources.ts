import { test } from 'node:test';
import { apiVersion, type CrdBundle, type CustomKind, crdName } from '../../../components/kit/kinds.ts';
import { asRecord, type Manifest } from '../../../components/kit/manifest.ts';
import { keys } from '../../../components/kit/naming.ts';
import { bundlesReconciledBy } from '../../../components/kit/upstream.ts';
import { ancestors } from '../../../preview/graph.ts';
import { definitionValidator, type ObjectValidator } from '../../support/definition-validation.ts';
import { mirror, type ObjectResource, objectsOf, realSources } from '../../support/recorded-platform.ts';
import { type Judged, recordAll } from '../environments.ts';
import { invariant, judgeEach } from '../invariant.ts';

const environments = await recordAll();

/** A custom resource with the kind that its implementation declared and the release that the kind belongs to. */
interface CustomResource extends ObjectResource {
  kind: CustomKind;
  bundle: CrdBundle;
}

function customResources({ plan, all }: Judged): readonly CustomResource[] {
  return objectsOf(all).flatMap((one) =>
    plan.crds.flatMap(({ bundle, kinds }) =>
      kinds
        .filter((kind) => kind.kind === one.object.kind && apiVersion(kind) === one.object.apiVersion)
        .map((kind) => ({ ...one, kind, bundle })),
    ),
  );
}

/** Those that a controller works on. */
function reconciled(judged: Judged): readonly CustomResource[] {
  return customResources(judged).filter(({ bundle }) => !bundle.passive);
}

/** The objects of each release whose workloads work on the kinds of a bundle. */
function releasesOf({ plan, all }: Judged, bundle: CrdBundle): readonly (readonly ObjectResource[])[] {
  const upstreams = plan.capabilities.flatMap(({ releases }) => releases.map(({ upstream }) => upstream));
  return upstreams
    .filter((upstream) => bundlesReconciledBy(upstream).includes(bundle.name))
    .map(({ name }) =>
      objectsOf(all).filter(({ object }) =>
        object.metadata.annotations?.[keys.release]?.startsWith(`${name} `),
      ),
    );
}

invariant(environments, 'every kind that is not built in is declared', (judged) => {
  const declared = new Set(customResources(judged).map(({ resource }) => resource.urn));
  const foreign = objectsOf(judged.all).filter(({ object }) => isCustom(object));
  return judgeEach(foreign, ({ resource }) => (declared.has(resource.urn) ? undefined : resource.type));
});

/** Groups of Kubernetes itself have no dot, or end with k8s.io; the Gateway API's ends so too. */
function isCustom({ apiVersion: version }: Manifest): boolean {
  const [group = '', rest] = version.split('/');
  const ownOfKubernetes = group.endsWith('.k8s.io') && !group.startsWith('gateway.');
  return rest !== undefined && group.includes('.') && !ownOfKubernetes;
}

invariant(environments, 'the definition of every custom resource is in the foundation', (judged) => {
  const definitions = new Map(
    objectsOf(judged.layers.foundation)
      .filter(({ object }) => object.kind === 'CustomResourceDefinition')
      .map(({ object }) => [object.metadata.name, object]),
  );
  return judgeEach(customResources(judged), ({ resource, kind }) => {
    const versions = asRecord(definitions.get(crdName(kind))?.spec)?.versions;
    const served = Array.isArray(versions) && versions.some((one) => one.name === kind.version && one.served);
    return served ? undefined : `${resource.name} has no definition that serves ${apiVersion(kind)}`;
  });
});

invariant(environments, 'every custom resource comes after its operator, and so goes before it', (judged) =>
  judgeEach(reconciled(judged), ({ resource, bundle }) => {
    const before = ancestors(judged.all, resource.urn);
    const operators = releasesOf(judged, bundle)
      .map((release) => release.filter(({ object }) => object.kind === 'Deployment'))
      .filter((workloads) => workloads.length > 0);
    if (operators.length === 0) return `nothing reconciles ${resource.name}: no release says that it does`;
    const waits = operators.some((workloads) => workloads.every((one) => before.has(one.resource.urn)));
    return waits ? undefined : `${resource.name} does not wait for ${operators[0]?.[0]?.resource.name}`;
  }),
);

invariant(environments, 'no custom resource outlives what its controller needs to work', (judged) =>
  judgeEach(reconciled(judged), ({ resource, bundle }) => {
    const release = releasesOf(judged, bundle).flat();
    const namespaces = new Set(release.flatMap(({ object }) => object.metadata.namespace ?? []));
    const network = objectsOf(judged.layers.platform).filter(
      ({ object }) => object.kind === 'NetworkPolicy' && namespaces.has(object.metadata.namespace ?? ''),
    );
    const before = ancestors(judged.all, resource.urn);
    const missing = [...release, ...network].filter((one) => !before.has(one.resource.urn));
    return missing.length === 0 ? undefined : `${resource.name} may outlive ${missing[0]?.resource.name}`;
  }),
);

invariant(environments, 'every custom resource is deleted in the background', (judged) =>
  judgeEach(customResources(judged), ({ resource, object }) => {
    const policy = object.metadata.annotations?.['pulumi.com/deletionPropagationPolicy'];
    return policy === 'background' ? undefined : `${resource.name}: ${policy}`;
  }),
);

if (mirror === undefined) {
  test('every custom resource satisfies its real definition', { skip: 'there is no mirror of definitions' });
} else {
  const validators = new Map<string, ObjectValidator>();
  const validatorOf = (kind: CustomKind, bundle: CrdBundle): ObjectValidator => {
    const known = validators.get(crdName(kind));
    if (known) return known;
    const [definition] = realSources.definitions({ bundle, kinds: [kind] }).objects;
    if (!definition) throw new Error(`the mirror lacks ${crdName(kind)}`);
    const made = definitionValidator(definition, kind.version);
    validators.set(crdName(kind), made);
    return made;
  };
  invariant(environments, 'every custom resource satisfies its real definition', (judged) =>
    judgeEach(customResources(judged), ({ resource, object, kind, bundle }) => {
      const problems = validatorOf(kind, bundle)(object);
      return problems.length === 0 ? undefined : `${resource.name}: ${problems.join('; ')}`;
    }),
  );
}
