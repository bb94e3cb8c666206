/** The directories that stand for volumes. The controller manager makes one for each, and nothing is ever in it. */
import { accessSync, constants, rmdirSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import { askLab } from './ask.ts';
import type { LabLayout } from './layout.ts';

/** Where they are; the path is fixed in the controller manager. */
const volumeRoot = '/tmp/hostpath_pv';

const volumeSchema = z.object({ spec: z.object({ hostPath: z.object({ path: z.string() }) }) });

/** Why claims would stay without a volume, or undefined when all is well. */
export function whyNoVolumes(): string | undefined {
  try {
    accessSync(volumeRoot, constants.W_OK | constants.X_OK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return `${volumeRoot} belongs to another user, so persistent volume claims will stay pending; delete it, or ask its owner to`;
  }
  return undefined;
}

/** The directories of a lab's volumes; none when the lab can't be asked. */
export async function volumeDirectories(layout: LabLayout): Promise<string[]> {
  try {
    const volumes = await askLab(layout, (client) =>
      client.list({ apiVersion: 'v1', kind: 'PersistentVolume' }),
    );
    return volumes
      .map((volume) => volumeSchema.safeParse(volume).data?.spec.hostPath.path)
      .filter((path) => path !== undefined && dirname(path) === volumeRoot) as string[];
  } catch {
    return [];
  }
}

/** Removes directories, as long as they are empty. */
export function removeVolumeDirectories(directories: readonly string[]): void {
  for (const directory of directories) {
    try {
      rmdirSync(directory);
    } catch {
      // It is gone already, or somebody put something into it.
    }
  }
}
