import { Command } from 'commander';
import type { LabOptions } from '../actions/lab.ts';
import { jsonOption, withExamples } from './options.ts';

/** `ninefold lab`. */
export function labCommand(): Command {
  const lab = new Command('lab').description(
    'start, stop, list and remove the control planes on this machine',
  );
  const named = (name: string, description: string) =>
    new Command(name).description(description).option('--name <lab>', "the lab's name", 'lab');
  lab.addCommand(
    withExamples(
      named('start', 'start a lab with the data that it has, or repair one that is not whole').action(
        async (options: LabOptions) => {
          const { labStart } = await import('../actions/lab.ts');
          process.exitCode = await labStart(options);
        },
      ),
      'ninefold lab start --name experiment',
    ),
  );
  lab.addCommand(
    withExamples(
      named('stop', 'stop a lab; its data stays').action(async (options: LabOptions) => {
        const { labStop } = await import('../actions/lab.ts');
        process.exitCode = await labStop(options);
      }),
      'ninefold lab stop',
    ),
  );
  lab.addCommand(
    withExamples(
      named('remove', 'stop a lab and delete it with all its data, whatever stands in it')
        .option('-y, --yes', 'do not ask')
        .action(async (options: LabOptions) => {
          const { labRemove } = await import('../actions/lab.ts');
          process.exitCode = await labRemove(options);
        }),
      'ninefold lab remove --name experiment --yes',
    ),
  );
  lab.addCommand(
    withExamples(
      new Command('list')
        .description('list the labs on this machine')
        .addOption(jsonOption())
        .action(async (options: { json?: boolean }) => {
          const { labList } = await import('../actions/lab.ts');
          process.exitCode = await labList(options);
        }),
      'ninefold lab list --json',
    ),
  );
  return lab;
}
