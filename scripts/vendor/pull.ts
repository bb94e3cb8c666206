/** Gets the file of a release: from the cache, a mirror, or its home. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../../components/kit/canonical.ts';
import { describeSource, type Upstream, type UpstreamSource } from '../../components/kit/upstream.ts';
import { fetchBytes, type FetchOptions, RefusedRequestError } from '../../lab/toolchain/hosts.ts';
import { requireSafe } from './addresses.ts';
import type { ArtefactCache } from './cache.ts';
import { publishedCharts } from './chart-repository.ts';
import { type Finding, FindingError, type Rule } from './findings.ts';
import { OciRepository } from './oci-registry.ts';

/** What is fetched: a release, or a manifest of definitions. */
export type Fetched = Pick<Upstream, 'name' | 'version' | 'source'>;

/** A file that was fetched and found to be what it must be. */
export interface Artefact {
  file: string;
  digest: string;
  /** Where it was found. */
  from: 'cache' | 'mirror' | 'home';
}

/** Where to look. */
export interface PullOptions extends Pick<FetchOptions, 'signal'> {
  cache: ArtefactCache;
  /** Directory of charts and manifests; when it is given, homes are not asked. */
  mirror?: string | undefined;
  /** How long a host may take to answer, in milliseconds. @default 10000 */
  patienceMs?: number;
}

/**
 * Gets a release.
 * @param locked The digest that it must have; undefined when it was never seen, and is trusted this once
 * @throws FindingError when it can't be had, or is not what was locked
 */
export async function pull(
  fetched: Fetched,
  locked: string | undefined,
  options: PullOptions,
): Promise<Artefact> {
  const ending = fetched.source.type === 'chart' ? 'tgz' : 'yaml';
  const kept = locked ? options.cache.find(locked, ending) : undefined;
  if (kept && locked) return { file: kept, digest: locked, from: 'cache' };
  const { bytes, from, stated } = options.mirror
    ? fromMirror(fetched, options.mirror)
    : await fromHome(fetched, locked, options);
  const digest = digestOf(bytes);
  if (stated && stated !== digest) {
    throw refused(fetched, 'digest', {
      problem: 'what came is not what its own publisher states',
      value: digest,
      allowed: stated,
      fix: 'run it again; if it stays so, someone on the way changes the file',
    });
  }
  if (locked && locked !== digest) {
    throw refused(fetched, 'digest', {
      problem: `${fetched.name} ${fetched.version} is not what it was when it was locked`,
      value: digest,
      allowed: `${locked}, as vendor.lock.yaml says`,
      fix: 'find out why the publisher changed a released version; only then set its digest to "unseen" in vendor.lock.yaml',
    });
  }
  return { file: options.cache.keep(bytes, ending), digest, from };
}

interface Pulled {
  bytes: Buffer;
  from: 'mirror' | 'home';
  /** The digest that the publisher states. */
  stated?: string | undefined;
}

/** What the file of a release is called in a mirror. */
export function mirrorFile({ name, version, source }: Fetched): string {
  return source.type === 'chart' ? `${source.chart}-${version}.tgz` : `${name}-${version}.yaml`;
}

function fromMirror(fetched: Fetched, mirror: string): Pulled {
  const wanted = mirrorFile(fetched);
  const all = existsSync(mirror) ? readdirSync(mirror, { recursive: true, encoding: 'utf8' }) : [];
  const found = all.sort().find((file) => file === wanted || file.endsWith(`/${wanted}`));
  if (!found) {
    throw refused(fetched, 'unreachable', {
      problem: 'the mirror does not have it',
      value: mirror,
      allowed: `a file ${wanted}, in whatever folder`,
      fix: `put it there, from ${describeSource(fetched.source)}`,
    });
  }
  return { bytes: readFileSync(join(mirror, found)), from: 'mirror' };
}

async function fromHome(
  fetched: Fetched,
  locked: string | undefined,
  { signal, patienceMs = 10_000 }: PullOptions,
): Promise<Pulled> {
  const asked = { signal, patienceMs };
  try {
    const { bytes, stated } = await download(fetched, locked, asked);
    return { bytes, stated, from: 'home' };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof FindingError) throw error;
    if (error instanceof RefusedRequestError && [404, 410].includes(error.status)) {
      throw withdrawn(fetched, locked, error.message);
    }
    throw refused(fetched, 'unreachable', {
      problem: error instanceof Error ? error.message : String(error),
      fix: 'run it where the network reaches the publisher, or name a directory that has the files with --mirror',
    });
  }
}

async function download(
  fetched: Fetched,
  locked: string | undefined,
  asked: { signal: AbortSignal | undefined; patienceMs: number },
): Promise<Omit<Pulled, 'from'>> {
  const { source, version } = fetched;
  if (source.type === 'manifest') return { bytes: await fetchBytes(requireSafe(source.url), asked) };
  if (source.repository.startsWith('oci://')) {
    const repository = ociRepository(source, asked);
    const stated = await repository.chartDigest(version);
    return { bytes: await repository.blob(stated), stated };
  }
  const published = await publishedCharts(source.repository, source.chart, asked);
  const found = published.find((one) => one.version === version);
  if (!found) {
    const newest = published.slice(0, 5).map((one) => one.version);
    throw withdrawn(fetched, locked, `its index has ${newest.join(', ') || 'no such chart'}`);
  }
  return { bytes: await fetchBytes(requireSafe(found.url), asked), stated: found.digest };
}

/** The repository of a chart in a registry. */
export function ociRepository(
  source: Extract<UpstreamSource, { type: 'chart' }>,
  asked: Pick<FetchOptions, 'signal' | 'patienceMs'>,
): OciRepository {
  const path = source.repository.slice('oci://'.length).replace(/\/+$/, '');
  return new OciRepository(`${path}/${source.chart}`, asked);
}

function withdrawn(fetched: Fetched, locked: string | undefined, detail: string): FindingError {
  return refused(fetched, 'withdrawn', {
    problem: locked
      ? `its publisher has withdrawn ${fetched.version}: ${detail}`
      : `its publisher has no version ${fetched.version}: ${detail}`,
    value: describeSource(fetched.source),
    fix: locked
      ? 'find out why, then move to another version: ninefold vendor --upgrade ' + fetched.name
      : 'correct version or source of the upstream in the code',
  });
}

function refused(fetched: Fetched, rule: Rule, finding: Omit<Finding, 'path' | 'rule'>): FindingError {
  return new FindingError({ path: `${fetched.name}.${rule}`, rule, ...finding });
}
