import { Command, CommanderError } from 'commander';
import packageInformation from '../package.json' with { type: 'json' };
import { downCommand } from './commands/down.ts';
import { upCommand } from './commands/up.ts';
import { exitCodeOf, exitCodes } from './errors.ts';

/** Runs a command line and returns the exit code. */
export async function main(arguments_: readonly string[]): Promise<number> {
  const program = new Command('ninefold')
    .description(packageInformation.description)
    .version(packageInformation.version)
    .showHelpAfterError('Run "ninefold --help" for what there is.')
    .exitOverride();
  const commands = [upCommand, downCommand];
  for (const create of commands) program.addCommand(create().copyInheritedSettings(program));
  try {
    await program.parseAsync(arguments_, { from: 'user' });
    return Number(process.exitCode ?? exitCodes.ok);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.wrongInput;
    return exitCodeOf(error, process.stderr);
  }
}
