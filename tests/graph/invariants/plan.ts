import { asRecord } from '../../../components/kit/manifest.ts';
import { keys } from '../../../components/kit/naming.ts';
import { quantityValue } from '../../../components/kit/quantity.ts';
import { findCapability, implementationOf } from '../../../components/kit/registry.ts';
import { registry } from '../../../components/registry.ts';
import { objectsOf } from '../../support/recorded-platform.ts';
import { type Judged, recordAll } from '../environments.ts';
import { invariant, judgeEach } from '../invariant.ts';

const environments = await recordAll();

invariant(environments, 'facts are what the capability says they are', ({ plan }) =>
  judgeEach(plan.capabilities, ({ capability, facts }) => {
    const parsed = findCapability(registry, capability)?.capability.facts.safeParse(facts);
    return parsed?.success ? undefined : `${capability}: ${parsed?.error.message}`;
  }),
);

invariant(environments, 'the settings of every profile are complete', ({ plan }) =>
  judgeEach(plan.capabilities, ({ capability, implementation }) => {
    const { settings, sizes } = implementationOf(registry, capability, implementation);
    const wrong = Object.entries(sizes).filter(([, size]) => !settings.safeParse(size).success);
    return wrong.length === 0 ? undefined : `${capability}: ${wrong.map(([profile]) => profile).join(', ')}`;
  }),
);

/** What the Deployments of a capability ask for together. */
function requested({ all }: Judged, capability: string) {
  const deployments = objectsOf(all).filter(
    ({ object }) => object.kind === 'Deployment' && object.metadata.labels?.[keys.capability] === capability,
  );
  const sums = { pods: 0, cpu: 0, memory: 0 };
  for (const { object } of deployments) {
    const spec = asRecord(object.spec);
    const replicas = Number(spec?.replicas);
    sums.pods += replicas;
    const containers = asRecord(asRecord(spec?.template)?.spec)?.containers;
    for (const { resources } of Array.isArray(containers) ? containers : []) {
      sums.cpu += replicas * quantityValue(resources.requests.cpu);
      sums.memory += replicas * quantityValue(resources.requests.memory);
    }
  }
  return sums;
}

invariant(environments, 'the footprint counts at least what the Deployments ask for', (judged) =>
  judgeEach(judged.plan.capabilities, ({ capability, footprint }) => {
    const asked = requested(judged, capability);
    // Sums of fractions differ in their last digits.
    const short = (['pods', 'cpu', 'memory'] as const).filter((part) => footprint[part] < asked[part] - 1e-9);
    return short.length === 0 ? undefined : `${capability} counts too little ${short.join(', ')}`;
  }),
);
