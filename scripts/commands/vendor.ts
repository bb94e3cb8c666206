import { Command, Option } from 'commander';
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
    .option('--check', 'only look whether lock, code and vendor/ agree, and for newer versions')
    .option('--offline', 'with --check: ask no publisher')
    .addOption(
      new Option(
        '--upgrade <name[=version]>',
        'show what another version changes in objects and definitions (default: the newest)',
      ).conflicts('check'),
    )
    .option('--write', 'with --upgrade: write the version and its digest into the lock')
    .addOption(jsonOption())
    .action(async (names: string[], options: VendorCommandOptions) => {
      const { vendor } = await import('../actions/vendor.ts');
      process.exitCode = await vendor(names, options);
    });
  return withExamples(
    command,
    'ninefold vendor --env production',
    'ninefold vendor cert-manager --mirror ./mirror',
    'ninefold vendor --check --offline',
    'ninefold vendor --upgrade cert-manager=v1.22.0',
  );
}
