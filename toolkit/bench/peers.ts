import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A library that only benchmarks need, where one has installed it; else undefined. */
export async function installedPeer(name: string): Promise<unknown> {
  return existsSync(join(import.meta.dirname, 'node_modules', name)) ? import(name) : undefined;
}

/**
 * Loads a library that only benchmarks need, from this folder's own `node_modules`; installs them first when they
 * are not there.
 *
 * @throws an Error that says what failed.
 */
export async function loadPeer(name: string): Promise<unknown> {
  const directory = import.meta.dirname;
  if (!existsSync(join(directory, 'node_modules', name))) {
    console.error('Installing what the benchmarks compare with …');
    const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: directory,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) throw new Error(`npm ci in ${directory} failed`);
  }
  return import(name);
}
