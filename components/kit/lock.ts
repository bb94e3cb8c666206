import * as z from 'zod';
import type { CrdBundle } from './kinds.ts';
import { plainReference } from './images.ts';
import type { Registry } from './registry.ts';
import { describeSource, isRelease, type Upstream } from './upstream.ts';
import type { Violation } from './violation.ts';

/** Says that nobody has fetched it yet: the first `ninefold vendor` that does writes the digest. */
export const unseen = 'unseen';

const digestSchema = z
  .literal(unseen)
  .or(z.string().regex(/^sha256:[0-9a-f]{64}$/, `"${unseen}", or sha256: and 64 hexadecimal digits`));

const lockedUpstreamSchema = z.strictObject({
  kind: z.enum(['chart', 'manifest']),
  version: z.string(),
  licence: z.string(),
  source: z.string(),
  /** SHA-256 of the chart's archive or of the manifest's text. */
  digest: digestSchema,
  /** Digests that the images are pinned to, by reference. */
  images: z.record(z.string(), digestSchema),
});

const lockedDefinitionsSchema = z.strictObject({
  version: z.string(),
  licence: z.string(),
  source: z.string(),
  /** SHA-256 of names and specs, so that it is the same whether they come in a chart, a manifest or a mirror. */
  digest: digestSchema,
});

/** The lock file. */
export const lockSchema = z.strictObject({
  lock: z.literal(1),
  upstreams: z.record(z.string(), lockedUpstreamSchema),
  definitions: z.record(z.string(), lockedDefinitionsSchema),
});

/** What is fixed of everything that others publish and the platform installs. */
export type Lock = z.infer<typeof lockSchema>;

/** What is fixed of one release. */
export type LockedUpstream = Lock['upstreams'][string];

/** A digest, or nothing while it was not seen. */
export function knownDigest(digest: string | undefined): string | undefined {
  return digest === unseen ? undefined : digest;
}

/** The digests that images are pinned to, by reference. */
export function imagePins({ upstreams }: Lock): Record<string, string> {
  const images = Object.values(upstreams).flatMap((upstream) => Object.entries(upstream.images));
  return Object.fromEntries(images.filter(([, digest]) => digest !== unseen));
}

/** Every release that the registry may install, by name. */
export function upstreamsOf(registry: Registry): Map<string, Upstream> {
  const all = registry.flatMap(({ implementations }) =>
    implementations.flatMap((one) => one.upstreams.filter(isRelease)),
  );
  return new Map(all.map((upstream) => [upstream.name, upstream]));
}

/** Every bundle of definitions that the registry may install, by name. */
export function bundlesOf(registry: Registry): Map<string, CrdBundle> {
  const all = registry.flatMap(({ implementations }) => implementations.flatMap((one) => [...one.crds]));
  return new Map(all.map((bundle) => [bundle.name, bundle]));
}

/**
 * The lock that fits the code: what the code says, with the digests that the present lock knows of the same
 * version from the same source. A digest of another version is forgotten.
 */
export function lockFor(registry: Registry, present: Lock | undefined): Lock {
  return {
    lock: 1,
    upstreams: sortedEntries(upstreamsOf(registry), (upstream) =>
      lockUpstream(upstream, present?.upstreams[upstream.name]),
    ),
    definitions: sortedEntries(bundlesOf(registry), (bundle) => {
      const { version, licence } = bundle;
      const before = present?.definitions[bundle.name];
      const digest = before?.version === version ? before.digest : unseen;
      return { version, licence, source: definitionSource(bundle), digest };
    }),
  };
}

/** The entry of one release. */
export function lockUpstream(upstream: Upstream, before: LockedUpstream | undefined): LockedUpstream {
  const { version, source } = upstream;
  const origin = describeSource(source);
  const same = before?.version === version && before.source === origin;
  const references = upstream.images.map((image) => plainReference(image)).sort();
  return {
    kind: source.type,
    version,
    licence: licenceOf(upstream),
    source: origin,
    digest: same ? before.digest : unseen,
    images: Object.fromEntries(
      references.map((reference) => [reference, before?.images[reference] ?? unseen]),
    ),
  };
}

/** The licence of what is fetched. */
export function licenceOf({ licence, chartLicence }: Upstream): string {
  return chartLicence ?? licence;
}

/** Where the definitions of a bundle are got, in one line. */
export function definitionSource({ source, from }: CrdBundle): string {
  if (!from) return source;
  return from.type === 'release' ? `with ${from.upstream.name}` : from.url;
}

/** Where lock and code say different things. */
export function lockViolations(registry: Registry, lock: Lock): Violation[] {
  const wanted = lockFor(registry, lock);
  return (['upstreams', 'definitions'] as const).flatMap((part) => {
    const names = new Set([...Object.keys(wanted[part]), ...Object.keys(lock[part])]);
    return [...names].sort().flatMap((name) => {
      const path = `${part}.${name}`;
      return entryViolations(path, wanted[part][name], lock[part][name]);
    });
  });
}

function entryViolations(
  path: string,
  code: Readonly<Record<string, unknown>> | undefined,
  locked: Readonly<Record<string, unknown>> | undefined,
): Violation[] {
  const fix = 'run "npm run generate", and review what it changes in vendor.lock.yaml';
  if (!locked) return [{ path, problem: 'the code installs it, and the lock has no entry for it', fix }];
  if (!code) return [{ path, problem: 'the lock has an entry that nothing in the code installs', fix }];
  return ['kind', 'version', 'licence', 'source']
    .filter((field) => code[field] !== locked[field])
    .map((field) => ({
      path: `${path}.${field}`,
      problem: 'the lock and the code differ',
      value: locked[field],
      allowed: `${String(code[field])}, as the code says`,
      fix,
    }));
}

function sortedEntries<T, R>(map: ReadonlyMap<string, T>, change: (value: T) => R): Record<string, R> {
  const entries = [...map].sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, value]) => [name, change(value)]));
}
