import type { CapabilityName, RequiredFacts } from './capability-types.ts';
import type { ClusterSettings } from './cluster-settings.ts';
import type { EnvironmentException } from './exceptions.ts';
import type { Footprint } from './footprint.ts';
import type { ImageSettings } from './images.ts';
import type { CrdBundle, CustomKind } from './kinds.ts';
import type { OwnedNamespace } from './namespaces.ts';
import type { ProfileName } from './profile.ts';
import type { Release } from './release.ts';

/** What an environment file says, complete and valid, with each capability's settings resolved. */
export interface Environment {
  name: string;
  profile: ProfileName;
  domain: string;
  cluster: ClusterSettings;
  protection: boolean;
  images: ImageSettings;
  capabilities: readonly ChosenCapability[];
  exceptions: readonly EnvironmentException[];
}

/** A capability that is on: which technology, with which complete settings. */
export interface ChosenCapability {
  capability: CapabilityName;
  implementation: string;
  settings: unknown;
}

/** Stacks that an environment is divided into, in the order in which they go up. */
export const layerNames = ['foundation', 'platform'] as const;
export type LayerName = (typeof layerNames)[number];

/** A capability in its place in the order, with all that follows from its settings. */
export interface PlannedCapability extends ChosenCapability {
  /** Capabilities that stand before it. */
  requires: readonly CapabilityName[];
  namespaces: readonly OwnedNamespace[];
  /** What it installs, with the values of its charts. */
  releases: readonly Release[];
  facts: RequiredFacts[CapabilityName];
  footprint: Footprint;
}

/** A bundle of definitions with the kinds to install. */
export interface PlannedCrds {
  bundle: CrdBundle;
  kinds: readonly CustomKind[];
}

/** Everything that is decided before a resource exists. Plain data; equal input gives an equal plan. */
export interface Plan {
  environment: Environment;
  /** In the order of installation: whatever one requires stands before it. */
  capabilities: readonly PlannedCapability[];
  crds: readonly PlannedCrds[];
  /** What all capabilities together ask of the cluster. */
  footprint: Footprint;
}
