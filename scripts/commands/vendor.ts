import { Command } from 'commander';
import type { VendorCommandOptions } from '../actions/vendor.ts';
import { environmentsOption, jsonOption, withExamples } from './options.ts';

/** `ninefold vendor`. */
export function vendorCommand(): Command {
  const command = new Command('vendor')
    .description(
      'get the charts, manifests and definitions that an environment installs, checked and rendered',
    )
    .argument('[names...]', 'releases and bundles of definitions (default: all of the environment)')
    .option('-e, --env <environment>', 'the environment, by the name of its file', 'lab')
    .addOption(environmentsOption())
    .option('--mirror <directory>', 'take them from a directory instead of from their homes')
    .addOption(jsonOption())
    .action(async (names: string[], options: VendorCommandOptions) => {
      const { vendor } = await import('../actions/vendor.ts');
      process.exitCode = await vendor(names, options);
    });
  return withExamples(
    command,
    'ninefold vendor --env production',
    'ninefold vendor cert-manager --mirror ./mirror',
  );
}
