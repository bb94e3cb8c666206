import type { Implementation } from '../components/kit/capability.ts';
import { asRecord } from '../components/kit/manifest.ts';
import type { ChosenCapability } from '../components/kit/plan.ts';
import type { ProfileName } from '../components/kit/profile.ts';
import { findCapability, type RegisteredCapability, type Registry } from '../components/kit/registry.ts';
import type { Violation } from '../components/kit/violation.ts';
import { zodViolations } from './zod-violations.ts';

/**
 * Resolves the capabilities block: which implementation of each, with the settings of the profile completed by
 * what is given. A block that is wrong is reported and planned with its defaults, so that what else is wrong
 * still comes to light.
 */
export function resolveCapabilities(
  given: Readonly<Record<string, unknown>>,
  profile: ProfileName,
  registry: Registry,
): { capabilities: ChosenCapability[]; violations: Violation[] } {
  const names = registry.map((entry) => entry.capability.name);
  const violations: Violation[] = Object.keys(given)
    .filter((name) => !findCapability(registry, name))
    .map((name) => ({
      path: `capabilities.${name}`,
      problem: 'no such capability',
      value: name,
      allowed: names.join(', '),
      fix: 'correct the name, or remove the line',
    }));
  const capabilities = registry.flatMap((entry) => {
    const resolved = resolveOne(entry, given[entry.capability.name], profile);
    violations.push(...resolved.violations);
    return resolved.choice ? [resolved.choice] : [];
  });
  return { capabilities, violations };
}

interface Resolved {
  choice?: ChosenCapability;
  violations: readonly Violation[];
}

function resolveOne(entry: RegisteredCapability, given: unknown, profile: ProfileName): Resolved {
  const path = `capabilities.${entry.capability.name}`;
  const [standard] = entry.implementations;
  if (!standard) return { violations: [] };
  if (given === undefined) {
    return entry.capability.onIn.includes(profile) ? chosen(standard, {}, profile, path) : { violations: [] };
  }
  if (given === 'off' || given === false) return { violations: [] };
  if (given === 'on' || given === true || given === null) return chosen(standard, {}, profile, path);
  const block = typeof given === 'string' ? { use: given } : asRecord(given);
  const allowed = entry.implementations.map((one) => one.name).join(', ');
  if (!block) {
    const problem = 'must be the name of an implementation, "off", or a block of settings';
    return { ...chosen(standard, {}, profile, path), violations: [{ path, problem, value: given, allowed }] };
  }
  const { use = standard.name, ...rest } = block;
  const implementation = entry.implementations.find((one) => one.name === use);
  if (!implementation) {
    const fix = `use one of those, or turn the capability off with "${entry.capability.name}: off"`;
    const violation = { path: `${path}.use`, problem: 'no such implementation', value: use, allowed, fix };
    return { ...chosen(standard, {}, profile, path), violations: [violation] };
  }
  return chosen(implementation, rest, profile, path);
}

function chosen(
  implementation: Implementation,
  given: Record<string, unknown>,
  profile: ProfileName,
  path: string,
): Resolved {
  const { capability, name, sizes, settings } = implementation;
  const parsed = settings.safeParse(mergeSettings(sizes[profile], given));
  const choice = {
    capability,
    implementation: name,
    settings: parsed.success ? parsed.data : sizes[profile],
  };
  return { choice, violations: parsed.success ? [] : zodViolations(parsed.error, given, path) };
}

/** What is given wins; objects are merged field by field, lists are taken whole. */
function mergeSettings(standard: unknown, given: unknown): unknown {
  const [base, over] = [asRecord(standard), asRecord(given)];
  if (!base || !over) return given === undefined ? standard : given;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) merged[key] = mergeSettings(base[key], value);
  return merged;
}
