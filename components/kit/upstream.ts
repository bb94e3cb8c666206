import { type Image, imageReference } from './images.ts';

/** One released thing that an implementation installs: an operator's chart or its release manifest. */
export interface Upstream<S extends UpstreamSource | ImageSource = UpstreamSource> {
  /** Stable name, also the folder in `vendor/`. */
  name: string;
  title: string;
  /** Version of the chart or manifest. */
  version: string;
  /** Version of the program, when the chart counts its own. */
  appVersion?: string;
  /** SPDX identifier. */
  licence: string;
  /** Licence of the chart itself, where it is not the program's. @default `licence` */
  chartLicence?: string;
  source: S;
  images: readonly Image[];
  /** Kubernetes versions it supports, as a semantic version range. */
  kubernetes: string;
  /** Names of the bundles of definitions whose kinds its workloads work on. @default the bundle of its own name */
  reconciles?: readonly string[];
  /** Where its documentation stands. */
  homepage: string;
  /** What vendoring would refuse, and this release can't do without. @default nothing */
  allowances?: readonly UpstreamAllowance[];
}

/** Where a release is published. */
export type UpstreamSource =
  | {
      type: 'chart';
      /** `https://…` of a chart repository, or `oci://…` of a registry. */
      repository: string;
      chart: string;
    }
  | {
      type: 'manifest';
      url: string;
      /** A word that stands where the namespace belongs. @default there is none */
      namespacePlaceholder?: string;
    };

/** A program of which nothing is rendered: objects of the platform's own run its image. */
export interface ImageSource {
  type: 'image';
  image: Image;
}

/** Whatever an implementation installs: a release, or a program that objects of its own run. */
export type AnyUpstream = Upstream | Upstream<ImageSource>;

/** Names of the bundles of definitions whose kinds the workloads of a release work on. */
export function bundlesReconciledBy({ name, reconciles }: AnyUpstream): readonly string[] {
  return reconciles ?? [name];
}

/** Whether there is a file to fetch and render. */
export function isRelease(upstream: AnyUpstream): upstream is Upstream {
  return upstream.source.type !== 'image';
}

/** Something in a release that is let through by name, with its reason. */
export interface UpstreamAllowance {
  rule:
    /** An object in a namespace that the implementation does not own; the subject is the namespace. */
    | 'foreign-namespace'
    /** A hook that is installed like any other object; the subject is `Kind/name`. */
    | 'hook'
    /** An object that is not installed; the subject is `Kind/name`. */
    | 'left-out';
  subject: string;
  /** Why that is right, for whoever reviews it. */
  reason: string;
}

/** Where a person can get it, in one line. */
export function describeSource(source: UpstreamSource | ImageSource): string {
  switch (source.type) {
    case 'chart':
      return `${source.repository} ${source.chart}`;
    case 'manifest':
      return source.url;
    case 'image':
      return imageReference(source.image, {});
  }
}
