import { Argument, Command } from 'commander';
import type { RecoveryPlanOptions } from '../actions/recovery-plan.ts';
import { jsonOption, withExamples, withTarget } from './options.ts';

/** `ninefold recovery-plan`. */
export function recoveryPlanCommand(): Command {
  const command = withTarget(new Command('recovery-plan'))
    .description('print how what a capability keeps comes back from its backups, step by step')
    .addArgument(new Argument('[capability]', 'the capability').default('database'))
    .option('--to <time>', 'moment to recover to (default: the last one that was archived)')
    .addOption(jsonOption())
    .action(async (capability: string, options: RecoveryPlanOptions) => {
      const { recoveryPlan } = await import('../actions/recovery-plan.ts');
      process.exitCode = await recoveryPlan(capability, options);
    });
  return withExamples(
    command,
    'ninefold recovery-plan --env production > recovery.md',
    'ninefold recovery-plan database --env production --to 2030-05-04T10:20:00Z --json',
  );
}
