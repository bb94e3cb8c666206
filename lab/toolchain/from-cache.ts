/** The third way of getting a program: the cache that downloads and builds fill. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { withLock } from '../host/lock.ts';
import { cachedDirectory, cachedPath, type ToolchainSettings } from './settings.ts';
import type { Tool } from './tool.ts';
import { isExecutable } from './version.ts';

/** The program in the cache, or undefined. What lies there was checked before it was moved in. */
export function fromCache(tool: Tool, settings: ToolchainSettings): string | undefined {
  const path = cachedPath(tool, settings);
  return isExecutable(path) ? path : undefined;
}

/** Options for {@link inWorkDirectory}. */
export interface WorkOptions {
  readonly settings: ToolchainSettings;
  /** Told when another process does the same work, with its id. */
  readonly waiting: (pid: number) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs one piece of work, alone among all processes, in a new directory on the cache's own file system, so that
 * results can be renamed into place. The directory goes away afterwards; so does what a killed run left.
 */
export function inWorkDirectory<T>(
  work: string,
  { settings, waiting, signal }: WorkOptions,
  action: (directory: string) => Promise<T>,
): Promise<T> {
  const lock = join(settings.cache, '.locks', `${work}.lock`);
  return withLock(lock, { signal, waiting: ({ pid }) => waiting(pid) }, async () => {
    const parent = join(settings.cache, '.work');
    mkdirSync(parent, { recursive: true });
    for (const entry of readdirSync(parent)) {
      if (entry.startsWith(`${work}.`)) rmSync(join(parent, entry), { recursive: true, force: true });
    }
    const directory = mkdtempSync(join(parent, `${work}.`));
    try {
      return await action(directory);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
}

/** Moves a checked program into the cache, with its companions before it: where it stands, all is complete. */
export function moveIntoCache(
  tool: Tool,
  program: string,
  settings: ToolchainSettings,
  companions: readonly string[] = [],
): string {
  const directory = cachedDirectory(tool, settings);
  mkdirSync(directory, { recursive: true });
  for (const companion of companions) {
    chmodSync(companion, 0o755);
    renameSync(companion, join(directory, basename(companion)));
  }
  chmodSync(program, 0o755);
  const path = cachedPath(tool, settings);
  renameSync(program, path);
  return path;
}
