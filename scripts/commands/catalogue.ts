import { Command } from 'commander';
import { jsonOption, withExamples } from './options.ts';

/** Options of `catalogue`. */
export interface CatalogueOptions {
  json?: boolean;
}

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
