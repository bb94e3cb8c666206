import { Command } from 'commander';
import type { PreviewOptions } from '../actions/preview.ts';
import { jsonOption, withExamples, withTarget } from './options.ts';

/** `ninefold preview`. */
export function previewCommand(): Command {
  const command = withTarget(new Command('preview'))
    .description('show what "up" would change; a lab is started for it, and nothing in it is changed')
    .option('--mirror <directory>', 'directory of upstream definitions')
    .option('--all-definitions', 'in the lab: as if every definition of every release were installed')
    .option('--refresh', 'read every object first, so that what was changed by hand is seen')
    .addOption(jsonOption())
    .action(async (options: PreviewOptions) => {
      const { preview } = await import('../actions/preview.ts');
      process.exitCode = await preview(options);
    });
  return withExamples(command, 'ninefold preview', 'ninefold preview --refresh --json');
}
