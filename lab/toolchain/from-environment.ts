/** The first way of getting a program: a path that the user states. */
import { resolve } from 'node:path';
import type { ToolchainSettings } from './settings.ts';
import type { Tool } from './tool.ts';
import { isExecutable, reportedVersion } from './version.ts';

/** An explicit path: usable, or stated but wrong. */
export type ExplicitPath =
  { readonly path: string; readonly version: string | undefined } | { readonly problem: string };

/**
 * The path stated in the tool's variable, or undefined when none is stated. The user's word goes before the pinned
 * version, so another version is taken; a path that can't be run is a mistake to report, not one to work around.
 */
export async function fromEnvironment(
  tool: Tool,
  settings: ToolchainSettings,
): Promise<ExplicitPath | undefined> {
  const stated = settings.environment[tool.variable];
  if (!stated) return undefined;
  const path = resolve(stated);
  if (!isExecutable(path)) {
    return { problem: `${tool.variable}=${stated} is not a file that this user may run` };
  }
  return { path, version: await reportedVersion(tool, path) };
}
