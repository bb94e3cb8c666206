import { Command } from 'commander';
import type { StatusOptions } from '../actions/status.ts';
import { jsonOption, withExamples, withTarget } from './options.ts';

/** `ninefold status`. */
export function statusCommand(): Command {
  const command = withTarget(new Command('status'))
    .description('show what stands, how it is, and where it is reached; exit code 1 when objects are missing')
    .addOption(jsonOption())
    .action(async (options: StatusOptions) => {
      const { status } = await import('../actions/status.ts');
      process.exitCode = await status(options);
    });
  return withExamples(command, 'ninefold status', 'ninefold status --json | jq .capabilities');
}
