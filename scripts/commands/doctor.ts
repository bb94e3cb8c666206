import { Command } from 'commander';
import type { DoctorOptions } from '../actions/doctor.ts';
import { jsonOption, withExamples } from './options.ts';

/** `ninefold doctor`. */
export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description('look whether this machine has what a lab needs, and say how to get what is missing')
    .addOption(jsonOption())
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import('../actions/doctor.ts');
      process.exitCode = await doctor(options);
    });
  return withExamples(command, 'ninefold doctor');
}
