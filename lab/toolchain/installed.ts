/** The ways of getting a program that cost nothing. */
import { fromCache } from './from-cache.ts';
import { fromEnvironment } from './from-environment.ts';
import { fromPath } from './from-path.ts';
import type { ToolchainSettings } from './settings.ts';
import type { Tool } from './tool.ts';

/** A program on this machine, or a path that the user states wrongly. */
export type Installed =
  | { readonly how: 'explicit' | 'path' | 'cache'; readonly path: string; readonly detail: string }
  | { readonly problem: string; readonly fix: string };

/** Looks for a program where it may already be: the stated path, `PATH`, the cache. */
export async function findInstalled(tool: Tool, settings: ToolchainSettings): Promise<Installed | undefined> {
  const explicit = await fromEnvironment(tool, settings);
  if (explicit !== undefined) {
    if ('problem' in explicit) {
      return { problem: explicit.problem, fix: `correct ${tool.variable}, or unset it` };
    }
    const { path, version } = explicit;
    const other = version === tool.version ? '' : `, version ${version ?? 'unknown'}, not ${tool.version}`;
    return { how: 'explicit', path, detail: `${path} (${tool.variable}${other})` };
  }
  const onPath = await fromPath(tool, settings);
  if ('path' in onPath) return { how: 'path', path: onPath.path, detail: `${onPath.path} (PATH)` };
  const path = fromCache(tool, settings);
  return path === undefined ? undefined : { how: 'cache', path, detail: path };
}
