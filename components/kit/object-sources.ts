import { type CrdBundle, crdName } from './kinds.ts';
import type { Manifest } from './manifest.ts';
import { mirrorDefinitions } from './mirror.ts';
import { keys } from './naming.ts';
import { permissiveDefinition } from './permissive-definition.ts';
import type { PlannedCrds } from './plan.ts';
import type { Release } from './release.ts';
import { describeSource, type Upstream } from './upstream.ts';
import { definitionsFolder, releaseFolder, vendoredObjects } from './vendored.ts';

/** Where objects came from: a reviewed copy in `vendor/`, a mirror directory, or a stand-in for the lab. */
export type Origin = 'vendored' | 'mirror' | 'stand-in';

/** One list of objects, whatever its source. */
export interface SourcedObjects {
  origin: Origin;
  objects: readonly Manifest[];
}

/** Where to look. */
export interface SourceLocations {
  /** Directory of reviewed objects, as `ninefold vendor` writes them, and the cluster that they are for. */
  vendor?: { directory: string; kubernetes: string } | undefined;
  /** Directory of definitions as upstream publishes them. */
  mirror?: string | undefined;
  /** Directory for what was read once, keyed by content. @default nothing is kept */
  cache?: string | undefined;
  /** Whether stand-ins may be used: in the lab only. */
  standIns: boolean;
}

/** Yields the objects of releases and bundles from the best source there is. */
export interface ObjectSources {
  definitions(planned: PlannedCrds): SourcedObjects;
  release(release: Release, standIn: () => readonly Manifest[]): SourcedObjects;
}

/** Raised when a release is in no source and a stand-in would be a lie. */
export class MissingReleaseError extends Error {
  constructor(name: string, version: string, from: string) {
    super(
      `${name} ${version} is not in vendor/ with these settings, and only the lab can do with a stand-in. ` +
        `Run "ninefold vendor" for the environment (it gets ${from}), or use the lab (--cluster lab).`,
    );
    this.name = 'MissingReleaseError';
  }
}

/** Raised when definitions belong to another release, or another channel of it, than the platform wants. */
export class ForeignReleaseError extends Error {
  constructor({ name, version, source }: CrdBundle, foreign: readonly string[]) {
    super(
      [
        `the definitions of ${name} that were found are not those of ${version}, as which the platform wants them:`,
        ...foreign.map((line) => `  ${line}`),
        `Put those of ${version} into vendor/${name}-crds/ or into the mirror (from ${source}).`,
      ].join('\n'),
    );
    this.name = 'ForeignReleaseError';
  }
}

/** Sources in order of trust: vendored, mirror, stand-in. */
export function objectSources(locations: SourceLocations): ObjectSources {
  const { vendor } = locations;
  return {
    definitions(planned) {
      const { name, version, source } = planned.bundle;
      const release = `${name}-crds`;
      const vendored = vendoredDefinitions(vendor?.directory, planned);
      if (vendored) return { origin: 'vendored', objects: ofTheRelease(planned.bundle, vendored) };
      const mirrored = mirrorDefinitions(locations, planned);
      if (mirrored) return { origin: 'mirror', objects: ofTheRelease(planned.bundle, mirrored) };
      if (!locations.standIns) throw new MissingReleaseError(release, version, source);
      const objects = planned.kinds.map((kind) =>
        permissiveDefinition(kind, `${release} ${version}`, planned.bundle.annotations),
      );
      return { origin: 'stand-in', objects };
    },
    release(release, standIn) {
      const { upstream } = release;
      const vendored = vendor
        ? vendoredObjects(vendor.directory, releaseFolder(release, vendor.kubernetes))
        : undefined;
      if (vendored) return { origin: 'vendored', objects: vendored };
      if (!locations.standIns) {
        throw new MissingReleaseError(upstream.name, upstream.version, describeSource(upstream.source));
      }
      return { origin: 'stand-in', objects: standIn().map((object) => markStandIn(object, upstream)) };
    },
  };
}

/** The planned definitions of a vendored bundle, which holds all of the release's. */
function vendoredDefinitions(vendor: string | undefined, { bundle, kinds }: PlannedCrds) {
  const wanted = new Set(kinds.map(crdName));
  return vendoredObjects(vendor, definitionsFolder(bundle))?.filter(({ metadata }) =>
    wanted.has(metadata.name),
  );
}

/** Definitions as they are, after a look at whether they say that they belong to the release. */
function ofTheRelease(bundle: CrdBundle, objects: readonly Manifest[]): readonly Manifest[] {
  const wanted = Object.entries(bundle.annotations ?? {});
  const foreign = objects
    .filter(({ kind }) => kind === 'CustomResourceDefinition')
    .flatMap(({ metadata }) =>
      wanted
        .filter(([key, value]) => metadata.annotations?.[key] !== value)
        .map(
          ([key, value]) =>
            `${metadata.name}: ${key} is ${metadata.annotations?.[key] ?? 'not there'}, not ${value}`,
        ),
    );
  if (foreign.length > 0) throw new ForeignReleaseError(bundle, foreign);
  return objects;
}

function markStandIn(object: Manifest, upstream: Upstream): Manifest {
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...object.metadata.labels, [keys.standIn]: 'true' },
      annotations: { ...object.metadata.annotations, [keys.release]: `${upstream.name} ${upstream.version}` },
    },
  };
}
