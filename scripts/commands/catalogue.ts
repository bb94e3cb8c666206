import { Command } from 'commander';
import type { CatalogueOptions } from '../actions/catalogue.ts';
import { jsonOption, withExamples } from './options.ts';

/** `ninefold catalogue`. */
export function catalogueCommand(): Command {
  const command = new Command('catalogue')
    .description('list every capability and implementation with version, licence and source')
    .addOption(jsonOption())
    .action(async (options: CatalogueOptions) => {
      const { catalogue } = await import('../actions/catalogue.ts');
      process.exitCode = await catalogue(options);
    });
  return withExamples(command, 'ninefold catalogue', 'ninefold catalogue --json');
}
