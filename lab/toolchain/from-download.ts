/** The fourth way of getting a program: the publisher's own download, checked against the publisher's SHA-256. */
import { chmod } from 'node:fs/promises';
import { fetchFromImage } from './container-image.ts';
import { moveIntoCache } from './from-cache.ts';
import { fetchPublishedFile } from './published-file.ts';
import type { Download, Tool } from './tool.ts';
import type { TransferOptions } from './transfer.ts';
import { reportedVersion } from './version.ts';

/**
 * Downloads a program into the cache and returns its path. Throws ChecksumError when a digest differs,
 * UnreachableError when the host is out of reach, and an error when the host has no such file or no digest for it.
 */
export async function fromDownload(
  tool: Tool,
  download: Download,
  options: TransferOptions,
): Promise<string> {
  const { program, companions } =
    download.kind === 'file'
      ? await fetchPublishedFile(download, options)
      : await fetchFromImage(download, options);
  const verifying = options.progress('verifying', program);
  try {
    await chmod(program, 0o755);
    const version = await reportedVersion(tool, program);
    if (version !== tool.version) {
      throw new Error(`what is published reports version ${version ?? 'none'}, not ${tool.version}`);
    }
    return moveIntoCache(tool, program, options.settings, companions);
  } finally {
    verifying.end();
  }
}
