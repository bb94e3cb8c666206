import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { asRecord, type Manifest, resourceToken } from '../../components/kit/manifest.ts';
import { crdName } from '../../components/kit/kinds.ts';
import {
  type ObjectSources,
  objectSources,
  type SourcedObjects,
} from '../../components/kit/object-sources.ts';
import { type LayerName, layerNames, type Plan } from '../../components/kit/plan.ts';
import { planEnvironment } from '../../components/kit/planner.ts';
import type { ProfileName } from '../../components/kit/profile.ts';
import { InvalidInputError } from '../../components/kit/violation.ts';
import { registry } from '../../components/registry.ts';
import { type GraphResource, mergeGraphs, type ResourceGraph } from '../../preview/graph.ts';
import { recordProgram } from '../../preview/monitor.ts';
import { readEnvironment } from '../../stacks/environment.ts';
import { definitionCache, emitLayer } from '../../stacks/layers.ts';

/** Definitions as upstream publishes them, where the machine has them. */
const upstreamDirectory = join(import.meta.dirname, '../../../shared/upstream');

/** The mirror of real definitions; undefined on a machine without one. */
export const mirror = existsSync(upstreamDirectory) ? upstreamDirectory : undefined;

/** What an environment of a test says. */
export interface TestEnvironment {
  profile: ProfileName;
  capabilities?: Record<string, unknown>;
  [field: string]: unknown;
}

/** A capabilities block that turns on all that there is, each by its default implementation. */
export function everythingOn(): Record<string, unknown> {
  return Object.fromEntries(registry.map(({ capability }) => [capability.name, 'on']));
}

/** The plan of an environment on the lab. @throws InvalidInputError when it can't be planned. */
export function planOf(environment: TestEnvironment): Plan {
  const read = readEnvironment('test', { cluster: { kind: 'lab' }, ...environment }, registry);
  const planned = planEnvironment(read.environment, registry, { today: '2030-01-01' });
  const violations = [...read.violations, ...planned.violations];
  if (violations.length > 0 || !planned.plan) throw new InvalidInputError('the test', violations);
  return planned.plan;
}

/** What a plan registers, layer by layer and as one graph. */
export interface RecordedPlatform {
  plan: Plan;
  layers: Readonly<Record<LayerName, ResourceGraph>>;
  all: ResourceGraph;
}

/** The upstream definitions as they are, where the machine has them; nothing stands in for one. */
export const realSources = objectSources({ mirror, cache: definitionCache, standIns: false });

const known = new Map<string, SourcedObjects>();

const sources = objectSources({ mirror, cache: definitionCache, standIns: true });

/**
 * Real definitions where the mirror has them, read once and without their schemas: those are megabytes, which every
 * recording would carry through the engine's messages and no test of a graph looks at.
 */
const leanSources: ObjectSources = {
  ...sources,
  definitions(planned) {
    const key = [planned.bundle.name, ...planned.kinds.map(crdName)].join(' ');
    const found = known.get(key) ?? withoutSchemas(sources.definitions(planned));
    known.set(key, found);
    return found;
  },
};

function withoutSchemas({ origin, objects }: SourcedObjects): SourcedObjects {
  const copies = structuredClone(objects);
  for (const { spec } of copies) {
    const versions = asRecord(spec)?.versions;
    for (const version of Array.isArray(versions) ? versions : []) version.schema = {};
  }
  return { origin, objects: copies };
}

/** Runs the program of every layer of an environment. */
export async function recordPlatform(environment: TestEnvironment): Promise<RecordedPlatform> {
  const plan = planOf(environment);
  const layers: Partial<Record<LayerName, ResourceGraph>> = {};
  for (const layer of layerNames) {
    const program = () => emitLayer(layer, plan, registry, leanSources);
    const { graph } = await recordProgram(program, { project: 'ninefold', stack: `test.${layer}` });
    layers[layer] = graph;
  }
  const complete = layers as Record<LayerName, ResourceGraph>;
  return { plan, layers: complete, all: mergeGraphs(Object.values(complete)) };
}

/** The Kubernetes object that a resource stands for; undefined for components, providers and the stack. */
export function objectOf(resource: GraphResource): Manifest | undefined {
  const manifest = asRecord(resource.inputs);
  if (!resource.type.startsWith('kubernetes:') || typeof manifest?.kind !== 'string') return undefined;
  const object = manifest as Manifest;
  return resourceToken(object) === resource.type ? object : undefined;
}

/** A resource that is a Kubernetes object. */
export interface ObjectResource {
  resource: GraphResource;
  object: Manifest;
}

/** All Kubernetes objects of a graph. */
export function objectsOf(graph: ResourceGraph): readonly ObjectResource[] {
  return [...graph.values()].flatMap((resource) => {
    const object = objectOf(resource);
    return object ? [{ resource, object }] : [];
  });
}
