import type { Image } from './images.ts';

/** One released thing that an implementation installs: an operator's chart or its release manifest. */
export interface Upstream {
  /** Stable name, also the folder in `vendor/`. */
  name: string;
  title: string;
  /** Version of the chart or manifest. */
  version: string;
  /** Version of the program, when the chart counts its own. */
  appVersion?: string;
  /** SPDX identifier. */
  licence: string;
  source: UpstreamSource;
  images: readonly Image[];
  /** Kubernetes versions it supports, as a semantic version range. */
  kubernetes: string;
  /** Where its documentation stands. */
  homepage: string;
}

export type UpstreamSource =
  { type: 'chart'; repository: string; chart: string } | { type: 'manifest'; url: string };

/** Where a person can get it, in one line. */
export function describeSource(source: UpstreamSource): string {
  return source.type === 'chart' ? `${source.repository} ${source.chart}` : source.url;
}
