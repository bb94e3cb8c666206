/** What stands, as the states tell it. */
import * as z from 'zod';
import { keys } from '../../components/kit/naming.ts';
import type { LayerName } from '../../components/kit/plan.ts';
import { leftOutAnnotation } from '../../lab/provider/annotations.ts';
import { type EnvironmentState, type StateResource, stackOutputs } from './stack-state.ts';
import { describeType, nameOf } from './urn.ts';

const metadataSchema = z.object({
  name: z.string().default(''),
  namespace: z.string().optional(),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
});

const definitionsSchema = z
  .record(
    z.string(),
    z.object({
      version: z.string(),
      origin: z.enum(['vendored', 'mirror', 'stand-in']),
      kinds: z.array(z.string()),
    }),
  )
  .default({});

const capabilitiesSchema = z
  .record(z.string(), z.object({ implementation: z.string(), version: z.string(), facts: z.unknown() }))
  .default({});

/** What is lost when a resource goes. */
export interface HeldData {
  layer: LayerName;
  urn: string;
  object: string;
  what: string;
}

/** A resource that the engine refuses to delete. */
export interface ProtectedResource {
  layer: LayerName;
  urn: string;
  object: string;
}

/** Resources in the state, without the stacks themselves. */
export function resourcesOf(state: EnvironmentState): { layer: LayerName; resource: StateResource }[] {
  return [...state].flatMap(([layer, resources]) =>
    resources.filter(({ type }) => type !== 'pulumi:pulumi:Stack').map((resource) => ({ layer, resource })),
  );
}

/** The layers that hold anything, in the order in which they went up. */
export function standingLayers(state: EnvironmentState): LayerName[] {
  return [...state].filter(([, resources]) => resources.length > 0).map(([layer]) => layer);
}

/** An object by kind and name: `apps/v1 Deployment ninefold-certificates/cert-manager`. */
export function describeResource(resource: StateResource): string {
  const { name, namespace } = metadataOf(resource);
  return `${describeType(resource.urn)} ${namespace ? `${namespace}/` : ''}${name || nameOf(resource.urn)}`;
}

/** Everything that holds data. */
export function heldData(state: EnvironmentState): HeldData[] {
  return resourcesOf(state).flatMap(({ layer, resource }) => {
    const what = metadataOf(resource).annotations[keys.holdsData];
    return what ? [{ layer, urn: resource.urn, object: describeResource(resource), what }] : [];
  });
}

/** Everything that is protected from deletion. */
export function protectedResources(state: EnvironmentState): ProtectedResource[] {
  return resourcesOf(state)
    .filter(({ resource }) => resource.protect)
    .map(({ layer, resource }) => ({ layer, urn: resource.urn, object: describeResource(resource) }));
}

/** Releases that stand-ins take the place of, with the number of objects of each. */
export function standIns(state: EnvironmentState): { release: string; objects: number }[] {
  const releases = new Map<string, number>();
  for (const { resource } of resourcesOf(state)) {
    const { labels, annotations } = metadataOf(resource);
    if (labels[keys.standIn] !== 'true') continue;
    const release = annotations[keys.release] ?? 'unknown';
    releases.set(release, (releases.get(release) ?? 0) + 1);
  }
  return [...releases].map(([release, objects]) => ({ release, objects }));
}

/** What the lab leaves out of a resource: `true` for all of it, or the path of the part; undefined for nothing. */
export function leftOutOf({ outputs }: StateResource): string | undefined {
  return metadataSchema.safeParse(outputs.metadata).data?.annotations[leftOutAnnotation];
}

/** What the lab left out, and of what was left out in part, which part. */
export function leftOut(state: EnvironmentState): { object: string; part?: string }[] {
  return resourcesOf(state).flatMap(({ resource }) => {
    const what = leftOutOf(resource);
    if (what === undefined) return [];
    return [{ object: describeResource(resource), ...(what === 'true' ? {} : { part: what }) }];
  });
}

/** Where the definitions of each bundle came from when the foundation was last brought up. */
export function definitionOrigins(state: EnvironmentState): z.infer<typeof definitionsSchema> {
  return definitionsSchema.parse(stackOutputs(state.get('foundation') ?? []).definitions);
}

/** The capabilities as the platform told them when it was last brought up. */
export function standingCapabilities(state: EnvironmentState): z.infer<typeof capabilitiesSchema> {
  return capabilitiesSchema.parse(stackOutputs(state.get('platform') ?? []).capabilities);
}

/** The capability that an object belongs to, by its label. */
export function capabilityOf(resource: StateResource): string | undefined {
  return metadataOf(resource).labels[keys.capability];
}

function metadataOf(resource: StateResource): z.infer<typeof metadataSchema> {
  return metadataSchema.safeParse(resource.inputs.metadata).data ?? metadataSchema.parse({});
}
