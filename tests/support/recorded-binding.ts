import type * as pulumi from '@pulumi/pulumi';
import type { Binding } from '../../components/kit/binding.ts';
import type { CapabilityName, Facts, Needs } from '../../components/kit/capability-types.ts';
import { clusterProvider } from '../../components/kit/cluster-provider.ts';
import { Component } from '../../components/kit/component.ts';
import { EmittingScope } from '../../components/kit/emitting-scope.ts';
import { KubernetesObject } from '../../components/kit/kubernetes-object.ts';
import type { Manifest } from '../../components/kit/manifest.ts';
import { objectSources } from '../../components/kit/object-sources.ts';
import { implementationOf } from '../../components/kit/registry.ts';
import { registry } from '../../components/registry.ts';
import type { ResourceGraph } from '../../preview/graph.ts';
import { recordProgram } from '../../preview/monitor.ts';
import { type ObjectResource, objectsOf, planOf, type TestEnvironment } from './recorded-platform.ts';

/** What a capability gives one client: the binding, and the objects that were made for it. */
export interface RecordedBinding {
  binding: Omit<Binding, 'grantedBy'>;
  objects: readonly Manifest[];
  /** The same objects as resources. */
  resources: readonly ObjectResource[];
  graph: ResourceGraph;
  /** URN of the component that stands for the client. */
  client: string;
  /** URN of what stands for the operators: what the client was told to come after. */
  operator: string;
  /** URNs of the resources that the binding names as granting it. */
  grantedBy: readonly string[];
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
    async () => {
      const provider = clusterProvider('client-cluster', plan.environment.cluster);
      const operator = new KubernetesObject('operator', standInForOperators, { provider });
      const component = new Component('ninefold:test:Client', 'client');
      const sources = objectSources({ standIns: true });
      const { settings } = planned;
      const shared = { plan, registry, capability, implementation, settings, component, provider, sources };
      const scope = new EmittingScope<unknown>({ ...shared, after: [operator] });
      const { grantedBy, ...binding } = implementation.bind(scope, planned.facts as Facts<C>, parsed);
      component.finish();
      return {
        binding,
        client: await urnOf(component),
        operator: await urnOf(operator),
        grantedBy: await Promise.all(grantedBy.map(urnOf)),
      };
    },
    { project: 'ninefold', stack: 'test.team.client' },
  );
  const recorded = outputs as Pick<RecordedBinding, 'binding' | 'client' | 'operator' | 'grantedBy'>;
  const resources = objectsOf(graph).filter(({ resource }) => resource.urn !== recorded.operator);
  return { ...recorded, graph, resources, objects: resources.map(({ object }) => object) };
}

const standInForOperators: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'operator', namespace: 'operators' },
};

function urnOf(resource: pulumi.Resource): Promise<string> {
  return new Promise((resolve) => resource.urn.apply(resolve));
}
