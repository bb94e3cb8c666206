/** Definitions of a bundle: got, brought into one form whatever they came in, and locked by that. */
import { readFileSync } from 'node:fs';
import { canonicalJson, digestOf } from '../../components/kit/canonical.ts';
import { type CrdBundle, crdName } from '../../components/kit/kinds.ts';
import { knownDigest, type Lock } from '../../components/kit/lock.ts';
import type { Manifest } from '../../components/kit/manifest.ts';
import { mirrorDefinitions } from '../../components/kit/mirror.ts';
import { FindingError } from './findings.ts';
import { prepareDefinitions, type Surroundings } from './prepare.ts';
import { type Artefact, type Fetched, pull, type PullOptions } from './pull.ts';

/** The definitions of a bundle, in one form. */
export interface PulledDefinitions {
  objects: Manifest[];
  /** Digest of what matters in them. */
  digest: string;
  from: Artefact['from'];
}

/** Gets the definitions of a bundle. @throws FindingError when they can't be had, or are not what was locked */
export async function pullDefinitions(
  bundle: CrdBundle,
  lock: Lock,
  surroundings: Pick<Surroundings, 'helm' | 'signal' | 'kubernetes'>,
  options: PullOptions,
): Promise<PulledDefinitions> {
  const locked = knownDigest(lock.definitions[bundle.name]?.digest);
  const kept = locked ? options.cache.find(locked, 'json') : undefined;
  if (kept && locked) {
    return { objects: JSON.parse(readFileSync(kept, 'utf8')), digest: locked, from: 'cache' };
  }
  const { objects: found, from } = await findDefinitions(bundle, lock, surroundings, options);
  const objects = found.map(withoutPackaging);
  const text = canonicalJson(objects);
  const digest = digestOf(text);
  if (locked && locked !== digest) {
    throw new FindingError({
      rule: 'digest',
      path: `${bundle.name}-crds.digest`,
      problem: `the definitions of ${bundle.name} ${bundle.version} are not what they were when they were locked`,
      value: digest,
      allowed: `${locked}, as vendor.lock.yaml says`,
      fix: 'find out why a released version changed; only then set its digest to "unseen" in vendor.lock.yaml',
    });
  }
  options.cache.keep(Buffer.from(text), 'json');
  return { objects, digest, from };
}

/** What is fetched for a bundle; undefined when only a mirror has its definitions. */
export function fetchedFor({ name, version, from }: CrdBundle): Fetched | undefined {
  if (!from) return undefined;
  if (from.type === 'release') return from.upstream;
  return { name: `${name}-crds`, version, source: { type: 'manifest', url: from.url } };
}

async function findDefinitions(
  bundle: CrdBundle,
  lock: Lock,
  surroundings: Pick<Surroundings, 'helm' | 'signal' | 'kubernetes'>,
  options: PullOptions,
): Promise<{ objects: Manifest[]; from: Artefact['from'] }> {
  const { mirror } = options;
  // As upstream keeps them in its sources: a file for each, under whatever name.
  const loose = mirror ? mirrorDefinitions({ mirror }, { bundle, kinds: bundle.kinds }) : undefined;
  if (loose) return { objects: loose.sort((one, other) => compare(one, other)), from: 'mirror' };
  const fetched = fetchedFor(bundle);
  if (!fetched) {
    throw new FindingError({
      rule: 'unreachable',
      path: `${bundle.name}-crds`,
      problem: 'its definitions are published in no form that vendoring can fetch',
      value: bundle.version,
      allowed: `files that define ${bundle.kinds.map(crdName).join(', ')}`,
      fix: `put them into a directory, from ${bundle.source}, and name it with --mirror`,
    });
  }
  const expected =
    bundle.from?.type === 'release' ? lock.upstreams[bundle.from.upstream.name]?.digest : undefined;
  const { file, from } = await pull(fetched, knownDigest(expected), options);
  return { objects: await prepareDefinitions(bundle, file, surroundings), from };
}

/** Labels and annotations that say which package manager brought an object, and that nothing works by. */
const packaging = /^(helm\.sh\/|meta\.helm\.sh\/|app\.kubernetes\.io\/|(app|chart|heritage|release)$)/;

function withoutPackaging(definition: Manifest): Manifest {
  const { name, labels, annotations } = definition.metadata;
  return {
    ...definition,
    metadata: { name, ...kept('labels', labels), ...kept('annotations', annotations) },
  };
}

function kept(field: string, all: Readonly<Record<string, string>> = {}): object {
  const entries = Object.entries(all).filter(([key]) => !packaging.test(key));
  return entries.length > 0 ? { [field]: Object.fromEntries(entries) } : {};
}

function compare(one: Manifest, other: Manifest): number {
  return one.metadata.name < other.metadata.name ? -1 : 1;
}
