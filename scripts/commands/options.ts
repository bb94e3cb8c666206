/** Options that several commands share. */
import { type Command, Option } from 'commander';

/** Adds what says which environment a command is about, and where it runs. */
export function withTarget(command: Command): Command {
  return command
    .option('-e, --env <environment>', 'the environment, by the name of its file', 'lab')
    .addOption(
      new Option('--cluster <kind>', 'run on the lab, whatever cluster the environment names').choices([
        'lab',
      ]),
    )
    .option('--name <lab>', "the lab's name (default: the environment's)")
    .addOption(environmentsOption());
}

/** Where environment files are looked for. */
export function environmentsOption(): Option {
  return new Option('--environments <directory>', 'directory of environment files').env(
    'NINEFOLD_ENVIRONMENTS',
  );
}

/** Machine-readable output. */
export function jsonOption(): Option {
  return new Option('--json', 'print JSON and nothing else on the standard output');
}

/** Adds examples to the end of a command's help. */
export function withExamples(command: Command, ...examples: readonly string[]): Command {
  const lines = examples.map((example) => `  ${example}`).join('\n');
  return command.addHelpText('after', `\n${examples.length === 1 ? 'Example' : 'Examples'}:\n${lines}`);
}
