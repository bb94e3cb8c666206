import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { npm } from './npm.ts';

/** The releases of Node that the package promises to run on, one of each line. */
export const NODE_VERSIONS = ['22.23.3', '24.21.0', '26.10.0'] as const;

/**
 * The program of one release of Node, from the cache or else from its npm package.
 *
 * @throws an Error that says why it can't be had here.
 */
export async function nodeBinary(version: string): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ninefold/node');
  const home = join(cache, `${version}-${process.platform}-${process.arch}`);
  const binary = join(home, 'bin/node');
  if (existsSync(binary)) return binary;
  const name = `node-${process.platform}-${process.arch}`;
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(join(cache, 'draft-'));
  try {
    writeFileSync(join(draft, 'package.json'), '{ "private": true }');
    await npm(draft, 'install', '--no-save', `${name}@${version}`);
    // Renamed only when whole, so that a killed run leaves nothing that looks like a program.
    if (!existsSync(binary)) renameSync(join(draft, 'node_modules', name), home);
    return binary;
  } catch (error) {
    throw new Error(`Node ${version} can't be had here as ${name}`, { cause: error });
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
