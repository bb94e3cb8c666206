import assert from 'node:assert/strict';
import type { CapabilityName } from '../../../components/kit/capability-types.ts';
import { profileNames } from '../../../components/kit/profile.ts';
import { findCapability } from '../../../components/kit/registry.ts';
import { registry } from '../../../components/registry.ts';
import { everythingOn } from '../recorded-platform.ts';
import { bindingInvariants } from './bindings.ts';
import { type Case, recordCase, type SampleClient } from './cases.ts';
import { factsInvariants } from './facts.ts';
import { resourceInvariants } from './resources.ts';

/**
 * Declares the tests by which implementations of a capability are interchangeable, over each that is registered, in
 * each profile. `await` it at the top of `components/<capability>/conformance.test.ts`.
 * @param clients At least two, of which none is entitled to what is the other's
 */
export async function conformance(
  capability: CapabilityName,
  clients: readonly [SampleClient, SampleClient, ...SampleClient[]],
): Promise<void> {
  const entry = findCapability(registry, capability);
  assert.ok(entry, `${capability} is not registered`);
  const cases: Case[] = [];
  for (const implementation of entry.implementations) {
    for (const profile of profileNames) {
      const environment = {
        profile,
        capabilities: { ...everythingOn(), [capability]: implementation.name },
      };
      cases.push(await recordCase(`${implementation.name} in ${profile}`, environment, capability, clients));
    }
  }
  factsInvariants(cases, entry.capability.facts);
  bindingInvariants(cases);
  resourceInvariants(cases);
}
