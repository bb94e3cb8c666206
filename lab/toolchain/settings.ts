/** Where the toolchain keeps and finds things, read from the environment in one place. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type HomeName, homes, type Location, type Platform, type Tool } from './tool.ts';

/** The environment of one run of the toolchain. */
export interface ToolchainSettings {
  readonly environment: NodeJS.ProcessEnv;
  readonly platform: Platform;
  /** The directory below which programs are kept. */
  readonly cache: string;
  /** How long a host may take to answer before it counts as out of reach, in milliseconds. */
  readonly patienceMs: number;
}

/** What a caller may set. */
export interface ToolchainOptions {
  /** Variables that steer the search: `PATH`, `NINEFOLD_*`, proxies. @default the process's own */
  readonly environment?: NodeJS.ProcessEnv;
  /** How long a host may take to answer before it counts as out of reach, in milliseconds. @default 4000 */
  readonly patienceMs?: number;
}

/** Reads the settings of a run. Throws when the lab can't run on this platform. */
export function readSettings(options: ToolchainOptions = {}): ToolchainSettings {
  const environment = options.environment ?? process.env;
  return {
    environment,
    platform: currentPlatform(),
    cache: join(cacheHome(environment), 'toolchain'),
    patienceMs: options.patienceMs ?? 4000,
  };
}

/** The address of a published file, at its home or at the mirror set for it. */
export function addressOf(location: Location, settings: ToolchainSettings): string {
  return `${homeAddress(location.home, settings)}${location.path}`;
}

/** Where a program is kept in the cache. */
export function cachedPath(tool: Tool, settings: ToolchainSettings): string {
  return join(cachedDirectory(tool, settings), tool.name);
}

/** The directory of a program in the cache. */
export function cachedDirectory(tool: Tool, { cache, platform }: ToolchainSettings): string {
  return join(cache, tool.name, tool.version, `${platform.os}-${platform.architecture}`);
}

function homeAddress(home: HomeName, { environment }: ToolchainSettings): string {
  const { url, variable } = homes[home];
  return (environment[variable] || url).replace(/\/+$/, '');
}

/** The directory of everything that is kept for later runs. */
export function cacheHome(environment: NodeJS.ProcessEnv): string {
  if (environment.NINEFOLD_CACHE) return resolve(environment.NINEFOLD_CACHE);
  return join(environment.XDG_CACHE_HOME || join(environment.HOME || homedir(), '.cache'), 'ninefold');
}

function currentPlatform(): Platform {
  const os = process.platform;
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  if ((os !== 'linux' && os !== 'darwin') || (architecture !== 'amd64' && architecture !== 'arm64')) {
    throw new Error(
      `The lab runs on Linux and macOS with amd64 or arm64, not on ${os} with ${process.arch}. On Windows, use WSL 2.`,
    );
  }
  return { os, architecture };
}
