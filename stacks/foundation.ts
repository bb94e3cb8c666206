import type * as pulumi from '@pulumi/pulumi';
import { clusterProvider } from '../components/kit/cluster-provider.ts';
import { Component } from '../components/kit/component.ts';
import { type EmitterContext, emitObject } from '../components/kit/emitter.ts';
import type { Manifest } from '../components/kit/manifest.ts';
import { namespaceObjects } from '../components/kit/namespaces.ts';
import { networkPolicy } from '../components/kit/network.ts';
import type { ObjectSources, Origin } from '../components/kit/object-sources.ts';
import type { Plan } from '../components/kit/plan.ts';
import { priorityClasses } from '../components/kit/workload.ts';

/** What the foundation tells about itself when it is up. */
export interface FoundationOutputs {
  /** Where the definitions of each bundle came from. */
  definitions: Record<string, { version: string; origin: Origin; kinds: string[] }>;
}

/** Emits what everything else stands on: definitions, namespaces with their default-deny, priority classes. */
export function emitFoundation(plan: Plan, sources: ObjectSources): FoundationOutputs {
  const { cluster } = plan.environment;
  const foundation = new Component('ninefold:foundation:Foundation', 'foundation');
  const provider = clusterProvider('foundation-cluster', cluster);
  // Definitions may be there already, from an earlier platform that left them; foreign objects of other kinds never.
  const adopting = clusterProvider('foundation-definitions', cluster, { adoptExisting: true });
  const definitions = emitDefinitions(plan, sources, foundation, adopting);
  emitPriorityClasses(plan, foundation, provider);
  emitNamespaces(plan, foundation, provider);
  foundation.finish();
  return { definitions };
}

function emitDefinitions(
  plan: Plan,
  sources: ObjectSources,
  foundation: Component,
  provider: pulumi.ProviderResource,
): FoundationOutputs['definitions'] {
  const outputs: FoundationOutputs['definitions'] = {};
  for (const planned of plan.crds) {
    const { name, version } = planned.bundle;
    const { origin, objects } = sources.definitions(planned);
    const component = new Component('ninefold:foundation:Definitions', `definitions-${name}`, {
      parent: foundation,
    });
    const emitted = [...objects, ...(planned.bundle.guards ?? [])];
    for (const object of emitted) {
      emitObject(context(plan, component, provider), definitionName(object), object, {
        // Deleting a definition deletes every object of its kind, so only the lab does.
        retainOnDelete: plan.environment.cluster.kind !== 'lab',
        // An operator that serves conversions fills these in.
        ...(object.kind === 'CustomResourceDefinition'
          ? { ignoreChanges: ['spec.conversion.webhook.clientConfig.caBundle'] }
          : {}),
      });
    }
    component.finish();
    outputs[name] = { version, origin, kinds: planned.kinds.map((kind) => kind.kind) };
  }
  return outputs;
}

/** What is no definition itself says its kind, because a policy and its binding share their name. */
function definitionName({ kind, metadata }: Manifest): string {
  return kind === 'CustomResourceDefinition'
    ? `definition-${metadata.name}`
    : `definition-${kind.toLowerCase()}-${metadata.name}`;
}

function emitPriorityClasses(plan: Plan, foundation: Component, provider: pulumi.ProviderResource): void {
  for (const { name, value, description } of Object.values(priorityClasses)) {
    emitObject(context(plan, foundation, provider), `priority-${name}`, {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value,
      description,
      globalDefault: false,
    });
  }
}

function emitNamespaces(plan: Plan, foundation: Component, provider: pulumi.ProviderResource): void {
  for (const { capability, namespaces } of plan.capabilities) {
    for (const owned of namespaces) {
      const component = new Component('ninefold:foundation:Namespace', `namespace-${owned.name}`, {
        parent: foundation,
      });
      const where = { ...context(plan, component, provider), capability };
      const [namespace, ...policies] = namespaceObjects(owned);
      if (!namespace) continue;
      const created = emitObject(where, owned.name, namespace);
      for (const policy of [...policies, ...exceptionPolicies(plan, capability, owned.name)]) {
        emitObject(where, `${owned.name}-${policy.metadata.name}`, policy, { dependsOn: [created] });
      }
      component.finish();
    }
  }
}

/** What the environment opens for the pods of one capability. */
function exceptionPolicies(plan: Plan, capability: string, namespace: string) {
  return plan.environment.exceptions
    .filter((exception) => exception.capability === capability)
    .map((exception) =>
      networkPolicy({
        name: `exception-${exception.to.replaceAll(/[^0-9a-f]+/g, '-')}-${exception.ports.join('-')}`,
        namespace,
        to: { peers: [{ cidr: exception.to }], ports: exception.ports },
      }),
    );
}

function context(plan: Plan, parent: Component, provider: pulumi.ProviderResource): EmitterContext {
  return { environment: plan.environment, capability: 'foundation', parent, provider };
}
