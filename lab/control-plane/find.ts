/** Finds labs, running or not, and removes them. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../host/lock.ts';
import { askLab } from './ask.ts';
import { componentNames } from './components.ts';
import { findRunning, type RunningComponents } from './daemon.ts';
import { timed } from './events.ts';
import { contextName } from './kubeconfig.ts';
import type { Lab } from './lab.ts';
import { type LabLayout, namePattern, resolveLayout } from './layout.ts';
import { loopback } from './network.ts';
import { readRecord } from './record.ts';
import { type StopLabOptions, stopAll } from './stop.ts';
import { removeVolumeDirectories, volumeDirectories } from './volumes.ts';

/** How long a lab may take to say whether it is ready, in milliseconds. */
const readyTimeoutMs = 2000;

/** The lab of this name below `root` (`<project>/.ninefold/labs`), running or not; undefined when there is none. */
export async function findLab(root: string, name: string): Promise<Lab | undefined> {
  if (!namePattern.test(name) || !existsSync(join(root, name))) return undefined;
  const layout = resolveLayout(join(root, name));
  const record = readRecord(layout);
  if (record === undefined) return undefined;
  const pids = findRunning(layout);
  return {
    name,
    directory: layout.directory,
    kubeconfig: layout.kubeconfig,
    context: contextName(name),
    server: `https://${loopback}:${record.ports.apiserver}`,
    pids,
    ready: await isReady(layout, pids),
  };
}

/** All labs below `root`, by name. */
export async function listLabs(root: string): Promise<Lab[]> {
  let names: string[];
  try {
    const entries = readdirSync(root, { withFileTypes: true });
    names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const labs = await Promise.all(names.sort().map((name) => findLab(root, name)));
  return labs.filter((lab) => lab !== undefined);
}

/** Stops the lab in `directory` and deletes it with all its data. */
export async function removeLab(directory: string, { report, signal }: StopLabOptions = {}): Promise<void> {
  const layout = resolveLayout(directory);
  await withLock(layout.lock, signal ? { signal } : {}, async () => {
    const volumes = await volumeDirectories(layout);
    // Nothing is worth waiting for: the data goes too.
    await stopAll(layout, timed(report), 0);
    removeVolumeDirectories(volumes);
    rmSync(layout.directory, { recursive: true, force: true });
  });
}

async function isReady(layout: LabLayout, pids: RunningComponents): Promise<boolean> {
  if (componentNames.some((component) => pids[component] === undefined)) return false;
  return askLab(layout, (client) => client.request('GET', '/readyz', { timeoutMs: readyTimeoutMs })).then(
    () => true,
    () => false,
  );
}
