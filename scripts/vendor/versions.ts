/** Which versions of a release its publisher has. */
import semver from 'semver';
import type { Upstream } from '../../components/kit/upstream.ts';
import type { FetchOptions } from '../../lab/toolchain/hosts.ts';
import { publishedCharts } from './chart-repository.ts';
import { ociRepository } from './pull.ts';

/** Every published version of a chart, the newest first; undefined for a manifest, whose home lists none. */
export async function publishedVersions(
  { source }: Upstream,
  asked: Pick<FetchOptions, 'signal' | 'patienceMs'>,
): Promise<string[] | undefined> {
  if (source.type === 'manifest') return undefined;
  const versions = source.repository.startsWith('oci://')
    ? await ociRepository(source, asked).tags()
    : (await publishedCharts(source.repository, source.chart, asked)).map(({ version }) => version);
  return versions.filter((version) => semver.valid(version)).sort(semver.rcompare);
}

/** The newest released version that is newer than the given one. */
export function newerVersion(version: string, published: readonly string[]): string | undefined {
  return published.find((one) => !semver.prerelease(one) && semver.valid(version) && semver.gt(one, version));
}
