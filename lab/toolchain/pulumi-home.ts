/** Puts the engine where npm's `pulumi` launcher and the Automation API look for it. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type EnsureOptions, ensureTools } from './resolve.ts';
import { tools } from './tools.ts';

/**
 * Makes `directory` a Pulumi home that holds the engine at `versions/<version>/bin/pulumi`, with the language hosts
 * that lie beside it. Nothing in it points into the cache, so the cache may be deleted. Returns the engine's path.
 *
 * @throws ToolchainError when the engine can't be had
 */
export async function preparePulumiHome(directory: string, options: EnsureOptions = {}): Promise<string> {
  const { pulumi } = await ensureTools(['pulumi'], options);
  const engine = await realpath(pulumi);
  const target = join(directory, 'versions', tools.pulumi.version, 'bin');
  await mkdir(target, { recursive: true, mode: 0o700 });
  const companions = (await readdir(dirname(engine))).filter((name) => name.startsWith('pulumi-'));
  for (const name of companions) await place(join(dirname(engine), name), join(target, name));
  const path = join(target, 'pulumi');
  await place(engine, path);
  return path;
}

/** A second name for the same file where the file system allows, a copy where not. */
async function place(source: string, target: string): Promise<void> {
  if (await isSameFile(source, target)) return;
  const draft = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
  try {
    try {
      await link(source, draft);
    } catch {
      // Another file system, or a file of another user.
      await copyFile(source, draft, constants.COPYFILE_FICLONE);
    }
    await rename(draft, target);
  } finally {
    await rm(draft, { force: true });
  }
}

/** The same inode, or an earlier copy: of the same size and not older. */
async function isSameFile(source: string, target: string): Promise<boolean> {
  const [from, to] = await Promise.all([stat(source), stat(target).catch(() => undefined)]);
  if (to === undefined) return false;
  if (from.dev === to.dev && from.ino === to.ino) return true;
  return from.size === to.size && to.mtimeMs >= from.mtimeMs;
}
