import { asRecord, type Manifest } from '../../../components/kit/manifest.ts';
import { keys } from '../../../components/kit/naming.ts';
import { bundlesReconciledBy } from '../../../components/kit/upstream.ts';
import { ancestors } from '../../../preview/graph.ts';
import { type ObjectResource, objectsOf } from '../../support/recorded-platform.ts';
import { type Judged, recordAll } from '../environments.ts';
import { invariant, joinVerdicts, judgeEach } from '../invariant.ts';

const environments = await recordAll();

/** The objects of the platform that belong to a capability. */
function ofCapability({ layers }: Judged, capability: string): readonly ObjectResource[] {
  return objectsOf(layers.platform).filter(
    ({ object }) => object.metadata.labels?.[keys.capability] === capability,
  );
}

invariant(environments, 'all of a capability comes after all of those that it requires', (judged) =>
  joinVerdicts(
    judged.plan.capabilities.map(({ capability, requires }) => {
      const required = requires.flatMap((one) => [...ofCapability(judged, one)]);
      return judgeEach(required.length > 0 ? ofCapability(judged, capability) : [], ({ resource }) => {
        const before = ancestors(judged.all, resource.urn);
        const missing = required.find((one) => !before.has(one.resource.urn));
        return missing && `${resource.name} does not wait for ${missing.resource.name}`;
      });
    }),
  ),
);

const workloadKinds = ['DaemonSet', 'Deployment', 'Job', 'StatefulSet'];

function podLabels({ spec }: Manifest): Record<string, unknown> {
  const template = asRecord(asRecord(spec)?.template);
  return asRecord(asRecord(template?.metadata)?.labels) ?? {};
}

function selects(policy: Manifest, labels: Record<string, unknown>): boolean {
  const selector = asRecord(asRecord(asRecord(policy.spec)?.podSelector)?.matchLabels) ?? {};
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

invariant(environments, 'no workload outlives the policies by which it reaches anybody', (judged) => {
  const objects = objectsOf(judged.layers.platform);
  const policies = objects.filter(({ object }) => object.kind === 'NetworkPolicy');
  const workloads = objects.filter(({ object }) => workloadKinds.includes(object.kind));
  return judgeEach(workloads, ({ resource, object }) => {
    const before = ancestors(judged.all, resource.urn);
    const missing = policies.find(
      (policy) =>
        policy.object.metadata.namespace === object.metadata.namespace &&
        selects(policy.object, podLabels(object)) &&
        !before.has(policy.resource.urn),
    );
    return missing && `${resource.name} may outlive ${missing.resource.name}`;
  });
});

/** Custom resources of the kinds that the workloads of a capability's releases work on, whoever's they are. */
function reconciledBy(judged: Judged, capability: string): readonly ObjectResource[] {
  const planned = judged.plan.capabilities.find((one) => one.capability === capability);
  const bundles = planned?.releases.flatMap(({ upstream }) => bundlesReconciledBy(upstream)) ?? [];
  const kinds = judged.plan.crds
    .filter(({ bundle }) => !bundle.passive && bundles.includes(bundle.name))
    .flatMap(({ bundle }) => bundle.kinds.map(({ group, kind }) => `${group} ${kind}`));
  return objectsOf(judged.layers.platform).filter(({ object }) =>
    kinds.includes(`${object.apiVersion.split('/')[0]} ${object.kind}`),
  );
}

/** The Jobs by which a capability waits for its operator's webhooks. */
function gatesOf(judged: Judged, capability: string): readonly ObjectResource[] {
  return ofCapability(judged, capability).filter(
    ({ object }) => object.kind === 'Job' && object.metadata.name.startsWith('gate-'),
  );
}

invariant(environments, 'where there is a gate, every operand waits behind it', (judged) =>
  joinVerdicts(
    judged.plan.capabilities.map(({ capability }) => {
      const gates = gatesOf(judged, capability);
      return judgeEach(gates.length > 0 ? reconciledBy(judged, capability) : [], ({ resource }) => {
        const before = ancestors(judged.all, resource.urn);
        const waits = gates.some((gate) => before.has(gate.resource.urn));
        return waits ? undefined : `${resource.name} does not wait for the gate of ${capability}`;
      });
    }),
  ),
);

invariant(environments, 'no gate asks about an object that is ever made', (judged) => {
  const made = new Set(objectsOf(judged.all).map(({ object }) => addressOf(object)));
  const samples = judged.plan.capabilities.flatMap(({ capability }) =>
    gatesOf(judged, capability).map(({ object }) => {
      const data = ofCapability(judged, capability).find(
        (one) => one.object.kind === 'ConfigMap' && one.object.metadata.name === object.metadata.name,
      )?.object.data;
      return JSON.parse(String(asRecord(data)?.['sample.json'])) as Manifest;
    }),
  );
  return judgeEach(samples, (sample) =>
    made.has(addressOf(sample)) ? `${addressOf(sample)} is asked about, and made` : undefined,
  );
});

function addressOf({ apiVersion, kind, metadata }: Manifest): string {
  return `${apiVersion} ${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}
