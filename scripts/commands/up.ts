import { Command, Option } from 'commander';
import type { UpOptions } from '../actions/up.ts';
import { jsonOption, withExamples, withTarget } from './options.ts';

/** `ninefold up`. */
export function upCommand(): Command {
  const command = withTarget(new Command('up'))
    .description('bring an environment up, or to what its settings say')
    .option('--mirror <directory>', 'directory of upstream definitions')
    .option(
      '--all-definitions',
      'in the lab: install every definition of every release, not only those in use',
    )
    .addOption(
      new Option('--provider <which>', "in the lab: its own Kubernetes provider, or Pulumi's official one")
        .choices(['lab', 'official'])
        .default('lab'),
    )
    .option('--refresh', 'read every object first, so that what was changed by hand is seen and repaired')
    .option('-y, --yes', 'change a cluster without asking')
    .addOption(jsonOption())
    .action(async (options: UpOptions) => {
      const { up } = await import('../actions/up.ts');
      process.exitCode = await up(options);
    });
  return withExamples(
    command,
    'ninefold up',
    'ninefold up --env production --cluster lab',
    'ninefold up --env small',
  );
}
