import { Command, CommanderError } from 'commander';
import packageInformation from '../package.json' with { type: 'json' };
import { catalogueCommand } from './commands/catalogue.ts';
import { doctorCommand } from './commands/doctor.ts';
import { downCommand } from './commands/down.ts';
import { kubeconfigCommand } from './commands/kubeconfig.ts';
import { labCommand } from './commands/lab.ts';
import { newCommand } from './commands/new.ts';
import { previewCommand } from './commands/preview.ts';
import { recoveryPlanCommand } from './commands/recovery-plan.ts';
import { settingsCommand } from './commands/settings.ts';
import { statusCommand } from './commands/status.ts';
import { upCommand } from './commands/up.ts';
import { vendorCommand } from './commands/vendor.ts';
import { exitCodeOf, exitCodes } from './errors.ts';

/** Every command, in the order of the help. They load what they do only when they are run. */
const commands = [
  upCommand,
  previewCommand,
  statusCommand,
  downCommand,
  vendorCommand,
  doctorCommand,
  labCommand,
  kubeconfigCommand,
  settingsCommand,
  catalogueCommand,
  recoveryPlanCommand,
  newCommand,
];

/** Runs a command line and returns the exit code. */
export async function main(given: readonly string[]): Promise<number> {
  const program = new Command('ninefold')
    .description(packageInformation.description)
    .version(packageInformation.version);
  for (const create of commands) program.addCommand(create());
  settle(program);
  try {
    await program.parseAsync(given, { from: 'user' });
    return Number(process.exitCode ?? exitCodes.ok);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.wrongInput;
    return exitCodeOf(error, process.stderr);
  }
}

/** What is the same for every command below: errors come here, and say where the help is. */
function settle(command: Command): void {
  command.exitOverride().showHelpAfterError('Say --help for what there is.');
  for (const child of command.commands) settle(child);
}
