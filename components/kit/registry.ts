import type { Capability, Implementation } from './capability.ts';
import type { CapabilityName } from './capability-types.ts';

/** A capability with the technologies that provide it; the first is the default. */
export interface RegisteredCapability<C extends CapabilityName = CapabilityName> {
  capability: Capability<C>;
  implementations: readonly Implementation<C>[];
}

/** Everything the platform can be made of, in the order in which the catalogue shows it. */
export type Registry = readonly RegisteredCapability[];

/** Joins a capability and its implementations, checking that they belong together. */
export function register<C extends CapabilityName>(
  capability: Capability<C>,
  implementations: readonly [Implementation<C>, ...Implementation<C>[]],
): RegisteredCapability<C> {
  return { capability, implementations };
}

/** The entry of a capability, if there is one. */
export function findCapability(registry: Registry, name: string): RegisteredCapability | undefined {
  return registry.find((entry) => entry.capability.name === name);
}

/** An implementation by capability and name. @throws RangeError when the registry has none. */
export function implementationOf<C extends CapabilityName>(
  registry: Registry,
  capability: C,
  name: string,
): Implementation<C> {
  const found = findCapability(registry, capability)?.implementations.find((one) => one.name === name);
  if (!found) throw new RangeError(`no implementation "${name}" of "${capability}" is registered`);
  // `register` let only implementations of this capability into its entry.
  return found as unknown as Implementation<C>;
}
