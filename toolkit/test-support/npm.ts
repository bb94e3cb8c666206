import { run } from '../local-servers/commands.ts';

/** Runs npm in a directory, without scripts of packages and without questions; returns what it printed. */
export async function npm(directory: string, ...commandLine: string[]): Promise<string> {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  // The settings of a surrounding `npm run` belong to another directory.
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)),
  );
  const { stdout } = await run('npm', [...commandLine, ...quiet], { cwd: directory, env: environment });
  return stdout;
}
