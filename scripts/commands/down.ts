import { Command, Option } from 'commander';
import type { DownOptions } from '../actions/down.ts';
import { layerNames } from '../../components/kit/plan.ts';
import { withExamples, withTarget } from './options.ts';

/** `ninefold down`. */
export function downCommand(): Command {
  const command = withTarget(new Command('down'))
    .description('take an environment down and show what is left')
    .addOption(new Option('--layer <layer>', 'only this layer').choices(layerNames))
    .option('--unprotect', 'lift the protection of what holds data')
    .option('--keep-lab', 'leave the lab running')
    .option('-y, --yes', 'do not ask')
    .action(async (options: DownOptions) => {
      const { down } = await import('../actions/down.ts');
      process.exitCode = await down(options);
    });
  return withExamples(
    command,
    'ninefold down',
    'ninefold down --yes --keep-lab',
    'ninefold down --layer platform',
  );
}
