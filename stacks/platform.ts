import type { CapabilityName, RequiredFacts } from '../components/kit/capability-types.ts';
import { clusterProvider } from '../components/kit/cluster-provider.ts';
import { Component } from '../components/kit/component.ts';
import type { ObjectSources } from '../components/kit/object-sources.ts';
import type { Plan } from '../components/kit/plan.ts';
import { implementationOf, type Registry } from '../components/kit/registry.ts';
import { EmittingScope } from '../components/kit/emitting-scope.ts';

/** What the platform tells about itself when it is up. */
export interface PlatformOutputs {
  /** Each capability: who provides it, at which version, and what others may know of it. */
  capabilities: Record<string, { implementation: string; version: string; facts: unknown }>;
}

/** Emits every capability of the plan, each after those that it requires. */
export function emitPlatform(plan: Plan, registry: Registry, sources: ObjectSources): PlatformOutputs {
  const provider = clusterProvider('platform-cluster', plan.environment.cluster);
  const components = new Map<CapabilityName, Component>();
  const outputs: PlatformOutputs['capabilities'] = {};
  for (const planned of plan.capabilities) {
    const { capability, settings, facts } = planned;
    const implementation = implementationOf(registry, capability, planned.implementation);
    const after = planned.requires.flatMap((name) => components.get(name) ?? []);
    const component = new Component(implementation.token, capability);
    const scope = new EmittingScope({
      plan,
      registry,
      capability,
      implementation,
      settings,
      component,
      provider,
      sources,
      after,
    });
    implementation.platform(scope, factsOf(plan, planned.requires));
    components.set(capability, component.finish());
    const version = implementation.upstreams[0]?.version ?? '';
    outputs[capability] = { implementation: implementation.name, version, facts };
  }
  return { capabilities: outputs };
}

function factsOf(plan: Plan, names: readonly CapabilityName[]): RequiredFacts {
  const chosen = plan.capabilities.filter((one) => names.includes(one.capability));
  return Object.fromEntries(chosen.map((one) => [one.capability, one.facts]));
}
