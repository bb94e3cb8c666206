/** The second way of getting a program: `PATH`, when the version is the pinned one. */
import { delimiter, join } from 'node:path';
import type { ToolchainSettings } from './settings.ts';
import type { Tool } from './tool.ts';
import { isExecutable, reportedVersion } from './version.ts';

/** What `PATH` offers: the program, or the versions that were passed over. */
export type PathResult = { readonly path: string } | { readonly passedOver: readonly string[] };

/** Looks through `PATH` in order for the program in the pinned version. */
export async function fromPath(tool: Tool, settings: ToolchainSettings): Promise<PathResult> {
  const passedOver: string[] = [];
  for (const directory of (settings.environment.PATH ?? '').split(delimiter)) {
    // An empty or relative entry means the current directory, where a stranger's file may lie.
    if (!directory.startsWith('/')) continue;
    const path = join(directory, tool.name);
    if (!isExecutable(path) || isNpmLauncher(tool, path)) continue;
    const version = await reportedVersion(tool, path);
    if (version === tool.version) return { path };
    passedOver.push(`${path} is ${version ?? 'of an unknown version'}`);
  }
  return { passedOver };
}

/** npm's `pulumi` is a launcher that would itself download the engine. */
function isNpmLauncher(tool: Tool, path: string): boolean {
  return tool.name === 'pulumi' && path.includes('/node_modules/.bin/');
}
