import type * as z from 'zod';
import type { Binding } from './binding.ts';
import type { CapabilityName, Facts, Needs, RequiredFacts } from './capability-types.ts';
import type { DeclaredException } from './exceptions.ts';
import type { Footprint } from './footprint.ts';
import type { CrdBundle, CustomKind } from './kinds.ts';
import type { Listener } from './listeners.ts';
import type { OwnedNamespace } from './namespaces.ts';
import type { PlanContext } from './plan-context.ts';
import type { Principle } from './principles.ts';
import type { ByProfile, ProfileName } from './profile.ts';
import type { RecoveryPlan, WantedRecovery } from './recovery.ts';
import type { Release } from './release.ts';
import type { Scope } from './scope.ts';
import type { AnyUpstream } from './upstream.ts';
import type { Violation } from './violation.ts';

/** What the platform offers, apart from the technology that provides it. */
export interface Capability<C extends CapabilityName = CapabilityName> {
  name: C;
  /** Which of the nine principles it serves. */
  principle: Principle;
  title: string;
  /** One sentence for the catalogue. */
  summary: string;
  facts: z.ZodType<Facts<C>>;
  needs: z.ZodType<Needs<C>>;
  /** Profiles in which it is on when the environment does not mention it. */
  onIn: readonly ProfileName[];
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
  /** Everything it may install, for the catalogue. The first is the one whose version it is known by. */
  upstreams: readonly AnyUpstream[];
  /** Definitions it needs; a bundle named by several implementations is installed once. */
  crds: readonly CrdBundle[];
  /** The kinds it writes. Emitting another is an error. */
  kinds: readonly CustomKind[];
  namespaces(context: PlanContext<S>): readonly OwnedNamespace[];
  /** What it installs in one environment: of its upstreams, those that its settings ask for. */
  releases(context: PlanContext<S>): readonly Release[];
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
  /**
   * How what it keeps comes back from its backups: what to write, what that makes, and what to do. Pure.
   * @throws InvalidInputError when there are none, or they can't be recovered so. Left out: it keeps nothing.
   */
  recover?(context: PlanContext<S>, wanted: WantedRecovery): RecoveryPlan;
  /** What one client of the capability gets: credentials and grants, from facts and needs alone. */
  bind(scope: Scope<unknown>, facts: Facts<C>, need: Needs<C>): Binding;
}

/** Keeps the exact types of an implementation while checking its shape. */
export function defineImplementation<C extends CapabilityName, S>(
  implementation: Implementation<C, S>,
): Implementation<C, S> {
  return implementation;
}
