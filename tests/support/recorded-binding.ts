import type { Binding } from '../../components/kit/binding.ts';
import type { CapabilityName, Facts, Needs } from '../../components/kit/capability-types.ts';
import { clusterProvider } from '../../components/kit/cluster-provider.ts';
import { Component } from '../../components/kit/component.ts';
import type { Manifest } from '../../components/kit/manifest.ts';
import { objectSources } from '../../components/kit/object-sources.ts';
import { implementationOf } from '../../components/kit/registry.ts';
import { EmittingScope } from '../../components/kit/emitting-scope.ts';
import { registry } from '../../components/registry.ts';
import { recordProgram } from '../../preview/monitor.ts';
import { objectsOf, planOf, type TestEnvironment } from './recorded-platform.ts';

/** What a capability gives one client: the binding, and the objects that were made for it. */
export interface RecordedBinding {
  binding: Binding;
  objects: readonly Manifest[];
}

/** Has the implementation that an environment chose serve one client. The need must satisfy its schema. */
export async function recordBinding<C extends CapabilityName>(
  environment: TestEnvironment,
  capability: C,
  need: unknown,
): Promise<RecordedBinding> {
  const plan = planOf(environment);
  const planned = plan.capabilities.find((one) => one.capability === capability);
  const entry = registry.find((one) => one.capability.name === capability);
  if (!planned || !entry) throw new Error(`${capability} is not on`);
  const implementation = implementationOf(registry, capability, planned.implementation);
  const parsed = entry.capability.needs.parse(need) as Needs<C>;
  const { graph, outputs } = await recordProgram(
    () => {
      const component = new Component('ninefold:test:Client', 'client');
      const provider = clusterProvider('client-cluster', plan.environment.cluster);
      const sources = objectSources({ standIns: true });
      const { settings } = planned;
      const shared = { plan, registry, capability, implementation, settings, component, provider, sources };
      const scope = new EmittingScope<unknown>({ ...shared, after: [] });
      const { grantedBy, ...binding } = implementation.bind(scope, planned.facts as Facts<C>, parsed);
      component.finish();
      return { ...binding, grantedBy: grantedBy.length };
    },
    { project: 'ninefold', stack: 'test.team.client' },
  );
  const objects = objectsOf(graph).map(({ object }) => object);
  return { binding: outputs as Binding, objects };
}
