import { satisfies } from 'semver';
import type { Implementation } from './capability.ts';
import type { CapabilityName } from './capability-types.ts';
import { type Footprint, sumFootprints } from './footprint.ts';
import type { CrdBundle, CustomKind } from './kinds.ts';
import { orderByRequirements } from './order.ts';
import type { ChosenCapability, Environment, Plan, PlannedCapability, PlannedCrds } from './plan.ts';
import { planContext } from './plan-context.ts';
import { formatBytes, formatCores } from './quantity.ts';
import { implementationOf, type Registry } from './registry.ts';
import type { Violation } from './violation.ts';

/** What the nodes of a cluster offer together, when that is known. */
export interface Capacity {
  cpu: number;
  memory: number;
  pods: number;
}

/** What the planner may know beyond the environment. */
export interface PlannerOptions {
  /** The day on which exceptions are judged, `YYYY-MM-DD`. */
  today: string;
  /** Refuse a plan that asks for more than this. @default no limit is known */
  capacity?: Capacity | undefined;
}

/** A plan, or all that stands in its way. `plan` is there exactly when there are no violations. */
export interface PlanResult {
  plan?: Plan;
  violations: readonly Violation[];
}

/** Turns an environment into a plan. Pure: touches no file, cluster or clock. */
export function planEnvironment(
  environment: Environment,
  registry: Registry,
  options: PlannerOptions,
): PlanResult {
  const chosen = environment.capabilities.map((choice) => ({
    choice,
    implementation: implementationOf(registry, choice.capability, choice.implementation),
  }));
  const order = orderByRequirements(
    chosen.map(({ choice, implementation }) => ({
      name: choice.capability,
      requires: implementation.requires(choice.settings),
    })),
  );
  const sorted = order.names.flatMap((name) => chosen.filter(({ choice }) => choice.capability === name));
  const planned = sorted.map(({ choice, implementation }) => planOne(environment, choice, implementation));
  const footprint = sumFootprints(planned.map((one) => one.footprint));
  const violations = [
    ...order.violations,
    ...chosen.flatMap(({ choice, implementation }) => checkOne(environment, choice, implementation)),
    ...namespaceConflicts(planned),
    ...bundleConflicts(chosen.map(({ implementation }) => implementation)),
    ...exceptionViolations(environment, options.today),
    ...capacityViolations(footprint, environment, options.capacity),
  ];
  if (violations.length > 0) return { violations };
  return {
    violations,
    plan: {
      environment,
      capabilities: planned,
      crds: plannedCrds(
        environment,
        sorted.map(({ implementation }) => implementation),
      ),
      footprint,
    },
  };
}

function planOne(
  environment: Environment,
  choice: ChosenCapability,
  implementation: Implementation,
): PlannedCapability {
  const context = planContext(environment, choice.settings);
  return {
    ...choice,
    requires: implementation.requires(choice.settings),
    namespaces: implementation.namespaces(context),
    releases: implementation.releases(context),
    facts: implementation.facts(context),
    footprint: implementation.footprint(context),
  };
}

function checkOne(
  environment: Environment,
  choice: ChosenCapability,
  implementation: Implementation,
): readonly Violation[] {
  const path = `capabilities.${choice.capability}`;
  const own = implementation.check?.(planContext(environment, choice.settings)) ?? [];
  const versions = implementation.upstreams
    .filter((upstream) => !satisfies(`${environment.cluster.version}.0`, upstream.kubernetes))
    .map((upstream) => ({
      path: 'cluster.version',
      problem: `${upstream.title} ${upstream.version}, which ${path} installs, does not support this Kubernetes version`,
      value: environment.cluster.version,
      allowed: `Kubernetes ${upstream.kubernetes}`,
      fix: `choose a cluster version in that range, or turn off ${path}`,
    }));
  return [...own.map((violation) => ({ ...violation, path: `${path}.${violation.path}` })), ...versions];
}

function namespaceConflicts(planned: readonly PlannedCapability[]): Violation[] {
  const owners = new Map<string, CapabilityName>();
  const violations: Violation[] = [];
  for (const { capability, implementation, namespaces } of planned) {
    for (const { name } of namespaces) {
      const owner = owners.get(name);
      if (owner) {
        violations.push({
          path: `capabilities.${capability}`,
          problem: `${implementation} claims the namespace "${name}", which ${owner} already owns`,
          fix: 'every namespace has one owner: give one of the implementations another namespace',
        });
      }
      owners.set(name, capability);
    }
  }
  return violations;
}

/** Two implementations that want different releases of the same definitions can't stand together. */
function bundleConflicts(implementations: readonly Implementation[]): Violation[] {
  const seen = new Map<string, { version: string; by: string }>();
  const violations: Violation[] = [];
  for (const implementation of implementations) {
    for (const bundle of implementation.crds) {
      const other = seen.get(bundle.name);
      if (other && other.version !== bundle.version) {
        violations.push({
          path: `capabilities.${implementation.capability}`,
          problem: `${implementation.name} needs the ${bundle.name} definitions at ${bundle.version}, but ${other.by} needs them at ${other.version}`,
          fix: `use implementations that agree on one version of ${bundle.name}`,
        });
      }
      seen.set(bundle.name, other ?? { version: bundle.version, by: implementation.name });
    }
  }
  return violations;
}

function exceptionViolations(environment: Environment, today: string): Violation[] {
  const on = new Set<string>(environment.capabilities.map((one) => one.capability));
  return environment.exceptions.flatMap((exception, index) => {
    const path = `exceptions.${index}`;
    const violations: Violation[] = [];
    if (exception.until < today) {
      violations.push({
        path: `${path}.until`,
        problem: 'the exception has run out',
        value: exception.until,
        allowed: `${today} or later`,
        fix: 'remove the exception, or give it a new date after reviewing its reason',
      });
    }
    if (!on.has(exception.capability)) {
      violations.push({
        path: `${path}.capability`,
        problem: 'the exception is for a capability that is not on, so nothing uses it',
        value: exception.capability,
        allowed: [...on].join(', '),
        fix: 'remove the exception',
      });
    }
    return violations;
  });
}

function capacityViolations(
  footprint: Footprint,
  environment: Environment,
  capacity: Capacity | undefined,
): Violation[] {
  if (!capacity) return [];
  const exceeded = [
    footprint.cpu > capacity.cpu && `${formatCores(footprint.cpu)} cores of ${formatCores(capacity.cpu)}`,
    footprint.memory > capacity.memory &&
      `${formatBytes(footprint.memory)} memory of ${formatBytes(capacity.memory)}`,
    footprint.pods > capacity.pods && `${footprint.pods} pods of ${capacity.pods}`,
  ].filter((one) => one !== false);
  if (exceeded.length === 0) return [];
  return [
    {
      path: 'capabilities',
      problem: `the capabilities ask for more than the nodes of the cluster have: ${exceeded.join(', ')}`,
      fix: `lower the sizes, or use a profile smaller than ${environment.profile}`,
    },
  ];
}

function plannedCrds(environment: Environment, implementations: readonly Implementation[]): PlannedCrds[] {
  const written = new Set<CustomKind>(implementations.flatMap((one) => [...one.kinds]));
  const bundles = new Map<string, CrdBundle>();
  for (const bundle of implementations.flatMap((one) => [...one.crds])) bundles.set(bundle.name, bundle);
  const all = environment.cluster.kind !== 'lab' || environment.cluster.crds === 'all';
  return [...bundles.values()]
    .map((bundle) => ({
      bundle,
      kinds: all ? bundle.kinds : bundle.kinds.filter((kind) => written.has(kind)),
    }))
    .filter(({ kinds }) => kinds.length > 0);
}
