import type { PlanOverrides } from '../../stacks/environment-file.ts';

/** What a command line changes of an environment. */
export function overridesOf({ cluster, allDefinitions }: PlanOverrides): PlanOverrides {
  return { ...(cluster ? { cluster } : {}), ...(allDefinitions ? { allDefinitions } : {}) };
}
