import type * as z from 'zod';
import type { Binding } from './binding.ts';
import type { DeclaredException } from './exceptions.ts';
import type { Footprint } from './footprint.ts';
import type { CrdBundle, CustomKind } from './kinds.ts';
import type { Listener } from './listeners.ts';
import type { ClusterSettings } from './plan.ts';
import type { ByProfile, ProfileName } from './profile.ts';
import type { Scope } from './scope.ts';
import type { Upstream } from './upstream.ts';
import type { Violation } from './violation.ts';

/**
 * What each capability tells and asks. Every `components/<capability>/capability.ts` adds its entry by
 * declaration merging, so that adding a capability touches no shared file.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by declaration merging in each capability's folder
export interface CapabilityTypes {}

/** Name of a capability, such as `streaming`. */
export type CapabilityName = keyof CapabilityTypes & string;

/** What others must know of a running capability: names, addresses, ports. Plain data. */
export type Facts<C extends CapabilityName> = CapabilityTypes[C] extends { facts: infer F } ? F : never;

/** What one service asks of a capability. Plain data. */
export type Needs<C extends CapabilityName> = CapabilityTypes[C] extends { needs: infer N } ? N : never;

/** What the platform offers, apart from the technology that provides it. */
export interface Capability<C extends CapabilityName = CapabilityName> {
  name: C;
  /** Which of the nine principles it serves, 1 to 9. */
  principle: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
  title: string;
  /** One sentence for the catalogue. */
  summary: string;
  facts: z.ZodType<Facts<C>>;
  needs: z.ZodType<Needs<C>>;
  /** Profiles in which it is on when the environment does not mention it. */
  onIn: readonly ProfileName[];
}

/** What an implementation may look at when it answers for the plan. All plain data. */
export interface PlanContext<S> {
  environment: string;
  profile: ProfileName;
  domain: string;
  cluster: ClusterSettings;
  settings: S;
}

/** Facts of the capabilities that an implementation requires. */
export type RequiredFacts = { readonly [C in CapabilityName]?: Facts<C> };

/** A namespace that one implementation owns. */
export interface OwnedNamespace {
  name: string;
  /** Pod Security level its pods are held to. @default 'restricted' */
  podSecurity?: 'restricted' | 'baseline' | 'privileged';
}

/** One technology that provides a capability. */
export interface Implementation<C extends CapabilityName = CapabilityName, S = unknown> {
  capability: C;
  /** The name an environment uses, such as `kafka`. */
  name: string;
  title: string;
  /** Pulumi type token of its component, frozen once released. */
  token: `ninefold:${string}:${string}`;
  /** Its own block of the environment, complete. Every field may be left out: `sizes` fills it. */
  settings: z.ZodType<S>;
  /** The complete settings of each profile. */
  sizes: ByProfile<S>;
  upstreams: readonly Upstream[];
  /** Definitions it needs; a bundle named by several implementations is installed once. */
  crds: readonly CrdBundle[];
  /** The kinds it writes. Emitting another is an error. */
  kinds: readonly CustomKind[];
  namespaces(context: PlanContext<S>): readonly OwnedNamespace[];
  /** Capabilities that must be up before it and go down after it. */
  requires(settings: S): readonly CapabilityName[];
  /** What no schema can say of one field alone: sizes that do not fit each other. */
  check?(context: PlanContext<S>): readonly Violation[];
  facts(context: PlanContext<S>): Facts<C>;
  /** What it asks of the cluster, for fit and for the documentation. */
  footprint(context: PlanContext<S>): Footprint;
  /** Every port it opens. A listener without TLS needs a declared exception. */
  listeners(context: PlanContext<S>): readonly Listener[];
  exceptions(context: PlanContext<S>): readonly DeclaredException[];
  /** Operators and operands, emitted into the scope. */
  platform(scope: Scope<S>, required: RequiredFacts): void;
  /** What one client of the capability gets: credentials and grants, from facts and needs alone. */
  bind(scope: Scope<unknown>, facts: Facts<C>, need: Needs<C>): Binding;
}

/** Keeps the exact types of an implementation while checking its shape. */
export function defineImplementation<C extends CapabilityName, S>(
  implementation: Implementation<C, S>,
): Implementation<C, S> {
  return implementation;
}
