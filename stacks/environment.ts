import type { Environment } from '../components/kit/plan.ts';
import type { Registry } from '../components/kit/registry.ts';
import type { Violation } from '../components/kit/violation.ts';
import { resolveCapabilities } from './capability-choices.ts';
import { profiles } from './profiles.ts';
import { type EnvironmentSettings, environmentSchema } from './settings.ts';
import { zodViolations } from './zod-violations.ts';

/** An environment as far as it can be understood, and all that is wrong with it. */
export interface EnvironmentResult {
  environment: Environment;
  violations: readonly Violation[];
}

/**
 * Reads what an environment file says. Whatever is wrong at the top level is reported and replaced by its
 * default, so that one reading finds every problem; the result is only to be used when there are none.
 */
export function readEnvironment(name: string, content: unknown, registry: Registry): EnvironmentResult {
  const parsed = environmentSchema.safeParse(content ?? {});
  const violations: Violation[] = parsed.success ? [] : zodViolations(parsed.error, content);
  const settings = parsed.success ? parsed.data : salvage(content);
  const chosen = resolveCapabilities(settings.capabilities, settings.profile, registry);
  return {
    environment: {
      name,
      profile: settings.profile,
      domain: settings.domain,
      cluster: withoutUndefined(settings.cluster),
      protection: settings.protection ?? profiles[settings.profile].protection,
      images: settings.images,
      capabilities: chosen.capabilities,
      exceptions: settings.exceptions,
    },
    violations: [...violations, ...chosen.violations],
  };
}

/** The top-level fields that are right, and defaults for the rest. */
function salvage(content: unknown): EnvironmentSettings {
  const fields = Object.entries(environmentSchema.shape).map(([key, schema]) => {
    const given = typeof content === 'object' && content !== null ? Reflect.get(content, key) : undefined;
    const parsed = schema.safeParse(given);
    return [key, parsed.success ? parsed.data : schema.safeParse(undefined).data];
  });
  return Object.fromEntries(fields);
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}
