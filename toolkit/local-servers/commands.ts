import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** Told, in a few words, what takes its time. */
export type Tell = (message: string) => void;

/** Runs a program to its end; its error output is part of the error when it fails. */
export const run = promisify(execFile);

/** Where a program is found on `PATH`. */
export function findOnPath(name: string): string | undefined {
  const directories = (process.env.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

/** Whether a file is there and may be run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether {@link installPackages} can work: root on a system with apt. */
export function canInstallPackages(): boolean {
  return process.getuid?.() === 0 && findOnPath('apt-get') !== undefined;
}

/** Installs Debian packages, waiting for anybody else who is installing. */
export async function installPackages(...packages: string[]): Promise<void> {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = ['-q', '-y', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Options::=--force-confold'];
  await run('apt-get', [...options, 'update'], { env: environment });
  await run('apt-get', [...options, 'install', '--no-install-recommends', ...packages], { env: environment });
}
