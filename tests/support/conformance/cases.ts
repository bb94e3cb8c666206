import type { Implementation } from '../../../components/kit/capability.ts';
import type { CapabilityName } from '../../../components/kit/capability-types.ts';
import type { Manifest } from '../../../components/kit/manifest.ts';
import { objectSources } from '../../../components/kit/object-sources.ts';
import type { Plan } from '../../../components/kit/plan.ts';
import { implementationOf } from '../../../components/kit/registry.ts';
import { registry } from '../../../components/registry.ts';
import { recordProgram } from '../../../preview/monitor.ts';
import { emitLayer } from '../../../stacks/layers.ts';
import { type RecordedBinding, recordBinding } from '../recorded-binding.ts';
import { objectsOf, planOf, type TestEnvironment } from '../recorded-platform.ts';

/** A client as a capability's conformance suite has every implementation serve it. */
export interface SampleClient {
  /** For messages. */
  name: string;
  /** Namespace that its pods run in. */
  namespace: string;
  /** What it needs; must satisfy the schema of the capability. */
  need: unknown;
}

/** One implementation in one profile, with what it gives to each client. */
export interface Case {
  name: string;
  implementation: Implementation;
  plan: Plan;
  facts: unknown;
  /** What stands in the platform before any client does. */
  platform: readonly Manifest[];
  served: readonly Served[];
}

/** What one client got. */
export interface Served extends RecordedBinding {
  sample: SampleClient;
}

/** Has the implementation that an environment chose serve every client. */
export async function recordCase(
  name: string,
  environment: TestEnvironment,
  capability: CapabilityName,
  clients: readonly SampleClient[],
): Promise<Case> {
  const plan = planOf(environment);
  const planned = plan.capabilities.find((one) => one.capability === capability);
  if (!planned) throw new Error(`${capability} is not on`);
  const program = () => emitLayer('platform', plan, registry, objectSources({ standIns: true }));
  const { graph } = await recordProgram(program, { project: 'ninefold', stack: 'test.platform' });
  const served: Served[] = [];
  for (const sample of clients) {
    served.push({ sample, ...(await recordBinding(environment, capability, sample.need)) });
  }
  return {
    name,
    implementation: implementationOf(registry, capability, planned.implementation),
    plan,
    facts: planned.facts,
    platform: objectsOf(graph).map(({ object }) => object),
    served,
  };
}

/** The case of the first implementation in the same profile: the one that the others can take the place of. */
export function firstOf(cases: readonly Case[], one: Case): Case {
  const { profile } = one.plan.environment;
  return cases.find(({ plan }) => plan.environment.profile === profile) ?? one;
}
