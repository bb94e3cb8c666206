/** How what a capability keeps comes back from its backups. */
import { planContext } from '../../components/kit/plan-context.ts';
import { implementationOf } from '../../components/kit/registry.ts';
import { InvalidInputError } from '../../components/kit/violation.ts';
import { registry } from '../../components/registry.ts';
import { loadPlan } from '../../stacks/environment-file.ts';
import { environmentsOf, type TargetOptions } from '../engine/target.ts';
import { exitCodes } from '../errors.ts';
import { overridesOf } from './overrides.ts';

/** Options of `recovery-plan`. */
export interface RecoveryPlanOptions extends TargetOptions {
  to?: string;
  json?: boolean;
}

/** `ninefold recovery-plan`. It reads the environment only, so it works while nothing else does. */
export async function recoveryPlan(capability: string, options: RecoveryPlanOptions): Promise<number> {
  const plan = loadPlan(options.env, registry, overridesOf(options), environmentsOf(options));
  const all = plan.capabilities.map((planned) => ({
    planned,
    implementation: implementationOf(registry, planned.capability, planned.implementation),
  }));
  const recoverable = all.filter(({ implementation }) => implementation.recover);
  const chosen = recoverable.find(({ planned }) => planned.capability === capability);
  const recovered = chosen?.implementation.recover?.(planContext(plan.environment, chosen.planned.settings), {
    targetTime: options.to,
  });
  if (!recovered) {
    throw new InvalidInputError(`the recovery in ${options.env}`, [
      {
        path: 'capability',
        problem: all.some(({ planned }) => planned.capability === capability)
          ? 'it has no backups of its own that anything could come back from'
          : 'it is not on in this environment',
        value: capability,
        allowed:
          recoverable.map(({ planned }) => planned.capability).join(', ') || 'none in this environment',
      },
    ]);
  }
  const { settings, objects, runbook } = recovered;
  const answer = { environment: options.env, capability, settings, objects, runbook };
  process.stdout.write(options.json ? `${JSON.stringify(answer, null, 2)}\n` : runbook);
  return exitCodes.ok;
}
