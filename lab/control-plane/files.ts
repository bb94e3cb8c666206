/** Writes files that are whole or absent, and that nobody but this user may read. */
import { rename, rm, writeFile } from 'node:fs/promises';

/**
 * Replaces a file in one step, mode 0600. The caller holds the lab's lock, so the draft has one name, and one that a
 * killed run left is overwritten by the next.
 */
export async function writePrivately(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, path);
}
