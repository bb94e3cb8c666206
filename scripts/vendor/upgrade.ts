/** Shows what another version of a release changes, before anybody decides for it. */
import type { CrdBundle } from '../../components/kit/kinds.ts';
import { describeSource, type Upstream, type UpstreamSource } from '../../components/kit/upstream.ts';
import { knownDigest, type Lock, lockUpstream } from '../../components/kit/lock.ts';
import type { Manifest } from '../../components/kit/manifest.ts';
import type { Release } from '../../components/kit/release.ts';
import { InvalidInputError } from '../../components/kit/violation.ts';
import { type DefinitionChange, definitionChanges } from './definition-changes.ts';
import { type Finding, FindingError } from './findings.ts';
import { identity, subjectOf } from './judge.ts';
import { prepareDefinitions, prepareRelease, type Surroundings } from './prepare.ts';
import { pull } from './pull.ts';
import { type ValueChange, valueChanges } from './value-changes.ts';
import { kindsOfRegistry, releasesOf, type VendorOptions } from './vendor-plan.ts';
import { newerVersion, publishedVersions } from './versions.ts';

/** What changes in one object. */
export interface ObjectDifference {
  object: string;
  change: 'added' | 'removed' | 'changed';
  fields: ValueChange[];
}

/** What an upgrade changes. */
export interface UpgradeOutcome {
  name: string;
  before: string;
  after: string;
  digest: string;
  objects: ObjectDifference[];
  definitions: DefinitionChange[];
  /** What would be refused, such as images that are not declared yet. */
  findings: Finding[];
  /** The lock as it is once the upgrade is written. */
  lock: Lock;
}

/**
 * Compares the release in use with another version of it, both with the values of the environment.
 * @param version The version to compare with. @default the newest that its publisher has
 * @throws InvalidInputError when the environment does not install it, or there is no newer version
 */
export async function compareUpgrade(
  name: string,
  version: string | undefined,
  options: VendorOptions,
): Promise<UpgradeOutcome> {
  const found = releasesOf(options.plan).find(({ release }) => release.upstream.name === name);
  if (!found) throw noSuchRelease(name, options);
  const { release, namespaces } = found;
  const { upstream } = release;
  const next = atVersion(upstream, version ?? (await newest(upstream, options)));
  const old = await pull(upstream, knownDigest(options.lock.upstreams[name]?.digest), options);
  const pulled = await pull(next, undefined, options);
  const surroundings: Surroundings = {
    kubernetes: options.plan.environment.cluster.version,
    namespaces,
    kinds: kindsOfRegistry(options.registry),
    helm: upstream.source.type === 'chart' ? await options.helm() : '',
    signal: options.signal,
  };
  const before = await prepareRelease(release, old.file, surroundings);
  const nextRelease = releaseAt(release, next);
  const after = await collect(() => prepareRelease(nextRelease, pulled.file, surroundings), {
    objects: [],
    findings: [],
    leftOut: [],
  });
  const definitions = await compareDefinitions(upstream, old.file, pulled.file, surroundings, options);
  return {
    name,
    before: upstream.version,
    after: next.version,
    digest: pulled.digest,
    objects: after.value.objects.length > 0 ? objectDifferences(before.objects, after.value.objects) : [],
    definitions: definitions.value,
    findings: [...after.findings, ...after.value.findings, ...definitions.findings],
    lock: lockAt(options.lock, next, pulled.digest),
  };
}

/** The same release in another version: where the version stands in an address, too. */
export function atVersion(upstream: Upstream, version: string): Upstream {
  const { source } = upstream;
  const moved: UpstreamSource =
    source.type === 'manifest'
      ? { ...source, url: source.url.replaceAll(upstream.version, version) }
      : source;
  return { ...upstream, version, source: moved };
}

/** Objects by what was added, removed and changed. */
export function objectDifferences(
  before: readonly Manifest[],
  after: readonly Manifest[],
): ObjectDifference[] {
  const [old, now] = [byIdentity(before), byIdentity(after)];
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((key): ObjectDifference[] => {
    const [one, other] = [old.get(key), now.get(key)];
    const object = subjectOf((one ?? other) as Manifest);
    if (!one || !other) return [{ object, change: other ? 'added' : 'removed', fields: [] }];
    const fields = valueChanges(one, other);
    return fields.length > 0 ? [{ object, change: 'changed', fields }] : [];
  });
}

async function compareDefinitions(
  upstream: Upstream,
  before: string,
  after: string,
  surroundings: Surroundings,
  { plan }: VendorOptions,
) {
  const bundles = plan.crds
    .map(({ bundle }) => bundle)
    .filter(({ from }) => from?.type === 'release' && from.upstream.name === upstream.name);
  const compare = async (bundle: CrdBundle) =>
    definitionChanges(
      await prepareDefinitions(bundle, before, surroundings),
      await prepareDefinitions(bundle, after, surroundings),
    );
  return collect(async () => (await Promise.all(bundles.map(compare))).flat(), []);
}

/** What a piece of work yields, or why it does not. */
async function collect<T>(work: () => Promise<T>, otherwise: T): Promise<{ value: T; findings: Finding[] }> {
  try {
    return { value: await work(), findings: [] };
  } catch (error) {
    if (!(error instanceof FindingError)) throw error;
    return { value: otherwise, findings: [error.finding] };
  }
}

function releaseAt(release: Release, next: Upstream): Release {
  const { version } = release.upstream;
  const { changes } = release;
  const moved = changes?.map((one) => ({ ...one, name: one.name.replaceAll(version, next.version) }));
  return { ...release, upstream: next, ...(moved ? { changes: moved } : {}) };
}

async function newest(upstream: Upstream, { signal, patienceMs = 10_000 }: VendorOptions): Promise<string> {
  const published = await publishedVersions(upstream, { signal, patienceMs });
  const found = published && newerVersion(upstream.version, published);
  if (found) return found;
  throw new InvalidInputError('ninefold vendor', [
    {
      path: '--upgrade',
      problem: published
        ? `its publisher has nothing newer than ${upstream.version}`
        : 'its publisher lists no versions',
      value: upstream.name,
      allowed: published ? published.slice(0, 5).join(', ') : describeSource(upstream.source),
      fix: `name the version: --upgrade ${upstream.name}=VERSION`,
    },
  ]);
}

function noSuchRelease(name: string, { plan }: VendorOptions): InvalidInputError {
  return new InvalidInputError('ninefold vendor', [
    {
      path: '--upgrade',
      problem: `the environment "${plan.environment.name}" installs no release of this name`,
      value: name,
      allowed: releasesOf(plan)
        .map(({ release }) => release.upstream.name)
        .join(', '),
      fix: 'name one of these, or another environment with --env',
    },
  ]);
}

function lockAt(lock: Lock, next: Upstream, digest: string): Lock {
  const after = structuredClone(lock);
  after.upstreams[next.name] = { ...lockUpstream(next, lock.upstreams[next.name]), digest };
  return after;
}

function byIdentity(objects: readonly Manifest[]): Map<string, Manifest> {
  return new Map(objects.map((object) => [identity(object), object]));
}
