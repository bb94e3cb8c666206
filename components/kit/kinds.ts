import type { Manifest } from './manifest.ts';
import type { ChartValues } from './release.ts';
import type { Upstream } from './upstream.ts';

/** A kind that a custom resource definition adds to the API. */
export interface CustomKind {
  group: string;
  /** The version we write; the newest served one, which need not be the stored one. */
  version: string;
  kind: string;
  plural: string;
  namespaced: boolean;
}

/** The custom resource definitions of one upstream release, owned and installed by exactly one bundle. */
export interface CrdBundle {
  /** Stable name, such as `strimzi`. */
  name: string;
  /** Release the definitions belong to. */
  version: string;
  licence: string;
  /** Where the release is published, for people. */
  source: string;
  /** Folder in a mirror that is preferred when several files define one kind. */
  mirrorFolder: string;
  /** Nobody reconciles these kinds: they are only read, so they need no operator and block no deletion. */
  passive?: boolean;
  /** Where vendoring gets the definitions. @default only from a mirror */
  from?: DefinitionOrigin;
  /**
   * Annotations by which the definitions say which release they belong to. Definitions that say otherwise are
   * refused, wherever they come from. @default the definitions say nothing
   */
  annotations?: Readonly<Record<string, string>>;
  /** Objects that stand beside the definitions, such as a policy that guards their upgrades. @default none */
  guards?: readonly Manifest[];
  kinds: readonly CustomKind[];
}

/** Where a release publishes its definitions. */
export type DefinitionOrigin =
  | {
      type: 'release';
      upstream: Upstream;
      /** Values with which the chart renders its definitions. @default none */
      values?: ChartValues;
    }
  | { type: 'manifest'; url: string };

/** The name of the definition of a kind: `<plural>.<group>`. */
export function crdName(kind: CustomKind): string {
  return `${kind.plural}.${kind.group}`;
}

/** `group/version` of a kind, as `apiVersion` wants it. */
export function apiVersion(kind: CustomKind): string {
  return `${kind.group}/${kind.version}`;
}

/** Declares the kinds of one API group and version in one go: `Kind: 'plural'`. */
export function kindsOf<const T extends Record<string, string>>(
  group: string,
  version: string,
  names: T,
  options: { clusterScoped?: readonly (keyof T)[] } = {},
): { readonly [K in keyof T]: CustomKind } {
  const entries = Object.entries(names).map(([kind, plural]) => {
    const namespaced = !(options.clusterScoped ?? []).includes(kind);
    return [kind, { group, version, kind, plural, namespaced } satisfies CustomKind];
  });
  return Object.fromEntries(entries);
}
