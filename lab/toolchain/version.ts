/** Asks a program for its version. */
import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import type { Tool } from './tool.ts';

/** How long a program may take to print its version, in milliseconds. */
const timeout = 15_000;

/** Whether a path is a file that this user may run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    const status = statSync(path);
    return status.isFile() && status.size > 0;
  } catch {
    return false;
  }
}

/** The version that the program at `path` reports, without a leading `v`; undefined when it can't be made out. */
export function reportedVersion(tool: Tool, path: string): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  // The engine would look for a newer release of itself and keep things in the user's home.
  const environment = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: 'true' };
  execFile(path, [...tool.versionArguments], { timeout, env: environment }, (error, stdout, stderr) => {
    if (error) resolve(undefined);
    else resolve(tool.versionPattern.exec(`${stdout}\n${stderr}`)?.[1]);
  });
  return promise;
}
