/** Chart repositories: an index, and archives beside it. */
import { parse } from 'yaml';
import * as z from 'zod';
import { type FetchOptions, fetchText } from '../../lab/toolchain/hosts.ts';
import { requireSafe } from './addresses.ts';

const indexSchema = z.object({
  entries: z.record(
    z.string(),
    z.array(
      z.object({
        version: z.string(),
        urls: z.array(z.string()).min(1),
        digest: z.string().optional(),
      }),
    ),
  ),
});

/** One version of a chart in an index. */
export interface PublishedChart {
  version: string;
  /** Where its archive is. */
  url: string;
  /** What the index states, when it does. */
  digest?: string;
}

/** Every version of a chart that a repository has, in its own order: the newest first. */
export async function publishedCharts(
  repository: string,
  chart: string,
  options: Pick<FetchOptions, 'patienceMs' | 'signal'>,
): Promise<PublishedChart[]> {
  const base = `${repository.replace(/\/+$/, '')}/`;
  const index = indexSchema.parse(
    parse(await fetchText(requireSafe(new URL('index.yaml', base).href), options)),
  );
  return (index.entries[chart] ?? []).map(({ version, urls, digest }) => ({
    version,
    url: new URL(urls[0] ?? '', base).href,
    ...(digest ? { digest: `sha256:${digest.replace(/^sha256:/, '')}` } : {}),
  }));
}
