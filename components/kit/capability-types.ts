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

/** Facts of the capabilities that an implementation requires. */
export type RequiredFacts = { readonly [C in CapabilityName]?: Facts<C> };
