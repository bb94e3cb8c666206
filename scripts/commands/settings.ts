import { Command } from 'commander';
import type { SettingsOptions } from '../actions/settings.ts';
import { jsonOption, withExamples, withTarget } from './options.ts';

/** `ninefold settings`. */
export function settingsCommand(): Command {
  const command = withTarget(new Command('settings'))
    .description("show an environment's settings as they take effect, and where each comes from")
    .option('--schema', 'print the JSON Schema of environment files instead')
    .addOption(jsonOption())
    .action(async (options: SettingsOptions) => {
      const { settings } = await import('../actions/settings.ts');
      process.exitCode = await settings(options);
    });
  return withExamples(
    command,
    'ninefold settings --env production',
    'ninefold settings --schema > environment.schema.json',
  );
}
