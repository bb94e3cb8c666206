/** Vendors what an environment installs: everything is got, rendered and judged before anything is written. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CrdBundle } from '../../components/kit/kinds.ts';
import { bundlesOf, knownDigest, licenceOf, type Lock, lockViolations } from '../../components/kit/lock.ts';
import type { Manifest } from '../../components/kit/manifest.ts';
import type { Plan } from '../../components/kit/plan.ts';
import type { Registry } from '../../components/kit/registry.ts';
import type { Release } from '../../components/kit/release.ts';
import { describeSource } from '../../components/kit/upstream.ts';
import { definitionsFolder, releaseFolder } from '../../components/kit/vendored.ts';
import { InvalidInputError } from '../../components/kit/violation.ts';
import { pullDefinitions } from './definitions.ts';
import { type Finding, FindingError, VendorRefusedError } from './findings.ts';
import { prepareRelease, type Surroundings } from './prepare.ts';
import { type Artefact, pull, type PullOptions } from './pull.ts';
import { storeObjects, type VendorRecord } from './store.ts';

/** What is vendored, and how. */
export interface VendorOptions extends PullOptions {
  plan: Plan;
  registry: Registry;
  lock: Lock;
  /** Directory that is written. */
  vendor: string;
  /** Releases and bundles by name. @default all that the plan installs */
  names?: readonly string[];
  /** Leave alone what is there already. @default false */
  missingOnly?: boolean;
  /** Gets Helm when the first chart is rendered. */
  helm: () => Promise<string>;
  /** Told before each piece of work. */
  progress?: (name: string, done: number, total: number) => void;
}

/** One release or bundle that was vendored. */
export interface VendoredEntry {
  name: string;
  version: string;
  type: 'chart' | 'manifest' | 'definitions';
  /** Within the directory. */
  folder: string;
  objects: number;
  digest: string;
  from: Artefact['from'];
  /** Its digest was not known before: it was trusted, this once. */
  firstSeen: boolean;
  leftOut: readonly string[];
  /** Whether anything was written, or all was there. */
  written: boolean;
}

/** What vendoring did, and the lock as it is now. */
export interface VendorOutcome {
  entries: VendoredEntry[];
  lock: Lock;
}

/** Something that is wanted, with the work of getting it. */
interface Wanted {
  name: string;
  folder: string;
  prepare(): Promise<Ready>;
}

/** Something that may be written, once everything else may be too. */
interface Ready {
  entry: Omit<VendoredEntry, 'written'>;
  about: Omit<VendorRecord, 'objects'>;
  objects: readonly Manifest[];
  findings: readonly Finding[];
}

/**
 * Vendors a plan.
 * @throws VendorRefusedError with everything that stands against it; nothing was written then
 */
export async function vendorPlan(options: VendorOptions): Promise<VendorOutcome> {
  const { plan, vendor, missingOnly = false, progress } = options;
  const wanted = select(wantedOf(options), options.names, plan).filter(
    ({ folder }) => !missingOnly || !existsSync(join(vendor, folder)),
  );
  const findings: Finding[] = lockFindings(options, wanted);
  const ready: Ready[] = [];
  for (const [index, one] of wanted.entries()) {
    options.signal?.throwIfAborted();
    progress?.(one.name, index, wanted.length);
    try {
      const prepared = await one.prepare();
      ready.push(prepared);
      findings.push(...prepared.findings);
    } catch (error) {
      if (!(error instanceof FindingError)) throw error;
      findings.push(error.finding);
    }
  }
  if (findings.length > 0) throw new VendorRefusedError(findings);
  const entries = ready.map(({ entry, objects, about }) => ({
    ...entry,
    written: storeObjects(vendor, entry.folder, objects, about),
  }));
  return { entries, lock: lockAfter(options.lock, entries) };
}

/** The folders that a plan reads, by what is in them. */
export function foldersOf(plan: Plan): { name: string; folder: string }[] {
  const { version } = plan.environment.cluster;
  return [
    ...plan.crds.map(({ bundle }) => ({ name: `${bundle.name}-crds`, folder: definitionsFolder(bundle) })),
    ...releasesOf(plan).map(({ release }) => ({
      name: release.upstream.name,
      folder: releaseFolder(release, version),
    })),
  ];
}

/** The releases of a plan, each with the namespaces of its implementation. */
export function releasesOf(plan: Plan): { release: Release; namespaces: string[] }[] {
  return plan.capabilities.flatMap(({ releases, namespaces }) =>
    releases.map((release) => ({ release, namespaces: namespaces.map(({ name }) => name) })),
  );
}

/** Everything that the platform's definitions add to the API. */
export function kindsOfRegistry(registry: Registry) {
  return [...bundlesOf(registry).values()].flatMap((bundle) => [...bundle.kinds]);
}

function wantedOf(options: VendorOptions): Wanted[] {
  const { plan } = options;
  const kubernetes = plan.environment.cluster.version;
  const releases = releasesOf(plan).map(({ release, namespaces }) => ({
    name: release.upstream.name,
    folder: releaseFolder(release, kubernetes),
    prepare: () => readyRelease(release, namespaces, options),
  }));
  const bundles = plan.crds.map(({ bundle }) => ({
    name: `${bundle.name}-crds`,
    folder: definitionsFolder(bundle),
    prepare: () => readyBundle(bundle, options),
  }));
  return [...bundles, ...releases];
}

function select(wanted: readonly Wanted[], names: readonly string[] = [], plan: Plan): Wanted[] {
  const known = wanted.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new InvalidInputError(
      'ninefold vendor',
      unknown.map((name) => ({
        path: 'NAME',
        problem: `the environment "${plan.environment.name}" installs nothing of this name`,
        value: name,
        allowed: known.join(', '),
        fix: 'name one of these, or another environment with --env',
      })),
    );
  }
  return names.length === 0 ? [...wanted] : wanted.filter(({ name }) => names.includes(name));
}

/** Where the lock does not say what the code does, of what is wanted. */
function lockFindings({ registry, lock }: VendorOptions, wanted: readonly Wanted[]): Finding[] {
  const paths = wanted.flatMap(({ name }) => [
    `upstreams.${name}`,
    `definitions.${name.replace(/-crds$/, '')}`,
  ]);
  return lockViolations(registry, lock)
    .filter(({ path }) => paths.some((one) => path === one || path.startsWith(`${one}.`)))
    .map((violation) => ({ ...violation, rule: 'lock' }));
}

async function readyRelease(
  release: Release,
  namespaces: readonly string[],
  options: VendorOptions,
): Promise<Ready> {
  const { upstream, namespace, values, changes } = release;
  const kubernetes = options.plan.environment.cluster.version;
  const locked = knownDigest(options.lock.upstreams[upstream.name]?.digest);
  const { file, digest, from } = await pull(upstream, locked, options);
  const surroundings: Surroundings = {
    kubernetes,
    namespaces,
    kinds: kindsOfRegistry(options.registry),
    helm: upstream.source.type === 'chart' ? await options.helm() : '',
    signal: options.signal,
  };
  const { objects, findings, leftOut } = await prepareRelease(release, file, surroundings);
  return {
    entry: {
      name: upstream.name,
      version: upstream.version,
      type: upstream.source.type,
      folder: releaseFolder(release, kubernetes),
      objects: objects.length,
      digest,
      from,
      firstSeen: locked === undefined,
      leftOut,
    },
    about: {
      name: upstream.name,
      version: upstream.version,
      licence: licenceOf(upstream),
      source: describeSource(upstream.source),
      artefact: digest,
      namespace,
      kubernetes,
      ...(values ? { values: structuredClone(values) as Record<string, unknown> } : {}),
      ...(changes ? { changes: structuredClone([...changes]) } : {}),
      leftOut,
    },
    objects,
    findings,
  };
}

async function readyBundle(bundle: CrdBundle, options: VendorOptions): Promise<Ready> {
  const { name, version, licence } = bundle;
  const { from } = bundle;
  const rendered = from?.type === 'release' && from.upstream.source.type === 'chart';
  const surroundings = {
    kubernetes: options.plan.environment.cluster.version,
    helm: rendered ? await options.helm() : '',
    signal: options.signal,
  };
  const pulled = await pullDefinitions(bundle, options.lock, surroundings, options);
  const { objects, digest } = pulled;
  return {
    entry: {
      name: `${name}-crds`,
      version,
      type: 'definitions',
      folder: definitionsFolder(bundle),
      objects: objects.length,
      digest,
      from: pulled.from,
      firstSeen: knownDigest(options.lock.definitions[name]?.digest) === undefined,
      leftOut: [],
    },
    about: {
      name: `${name}-crds`,
      version,
      licence,
      source: options.lock.definitions[name]?.source ?? bundle.source,
      artefact: digest,
      leftOut: [],
    },
    objects,
    findings: [],
  };
}

function lockAfter(lock: Lock, entries: readonly VendoredEntry[]): Lock {
  const after = structuredClone(lock);
  for (const { name, type, digest } of entries) {
    const entry =
      type === 'definitions' ? after.definitions[name.replace(/-crds$/, '')] : after.upstreams[name];
    if (entry) entry.digest = digest;
  }
  return after;
}
