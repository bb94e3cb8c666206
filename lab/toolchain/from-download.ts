/** The fourth way of getting a program: the publisher's own download, checked against the publisher's SHA-256. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import * as z from 'zod';
import { moveIntoCache } from './from-cache.ts';
import { fetchFrom, fetchText } from './hosts.ts';
import type { ProgressOf } from './progress.ts';
import { addressOf, type ToolchainSettings } from './settings.ts';
import type { Download, Tool } from './tools.ts';
import { reportedVersion } from './version.ts';

/** What came down is not what the publisher published. */
export class ChecksumError extends Error {
  override readonly name = 'ChecksumError';
}

/** The part of GitHub's description of a release that carries digests. */
const releaseSchema = z.object({
  assets: z.array(z.object({ name: z.string(), digest: z.string().nullish() })),
});

/** What a download needs besides the tool. */
export interface DownloadOptions {
  readonly settings: ToolchainSettings;
  /** A directory on the cache's file system. */
  readonly work: string;
  readonly progress: ProgressOf;
  readonly signal: AbortSignal | undefined;
}

/**
 * Downloads a program into the cache and returns its path. Throws {@link ChecksumError} when the digest differs,
 * UnreachableError when the host is out of reach, and an error when the host has no such file or no digest for it.
 */
export async function fromDownload(
  tool: Tool,
  download: Download,
  options: DownloadOptions,
): Promise<string> {
  const { settings, work, progress, signal } = options;
  const address = addressOf(download.artefact, settings);
  const request = { patienceMs: settings.patienceMs, signal };
  // First the digest: it is small, so it also finds out quickly whether the host is within reach.
  const expected = await publishedDigest(download, settings, signal);
  const step = progress('downloading', address);
  const file = join(work, basename(download.artefact.path));
  let actual: string;
  try {
    const { body, size } = await fetchFrom(address, request);
    const hash = createHash('sha256');
    let received = 0;
    const meter = new Transform({
      transform(chunk: Uint8Array, _encoding, done) {
        hash.update(chunk);
        received += chunk.length;
        if (size !== undefined) step.expect((step.elapsedMs() * size) / received);
        done(null, chunk);
      },
    });
    await pipeline(body, meter, createWriteStream(file), { signal });
    actual = hash.digest('hex');
  } finally {
    step.end();
  }
  if (actual !== expected) {
    throw new ChecksumError(
      `${address} has SHA-256 ${actual}, its publisher states ${expected}; it was thrown away`,
    );
  }
  const verifying = progress('verifying', `SHA-256 ${expected}`);
  try {
    const program = download.archive ? await unpack(file, download.archive.member, work) : file;
    const companions = download.archive?.companions
      ? await matching(dirname(program), download.archive.companions, dirname(download.archive.member))
      : [];
    await promisify(execFile)('chmod', ['755', program, ...companions]);
    const version = await reportedVersion(tool, program);
    if (version !== tool.version) {
      throw new Error(`${address} reports version ${version ?? 'none'}, not ${tool.version}`);
    }
    return moveIntoCache(tool, program, settings, companions);
  } finally {
    verifying.end();
  }
}

async function publishedDigest(
  download: Download,
  settings: ToolchainSettings,
  signal: AbortSignal | undefined,
): Promise<string> {
  const address = addressOf(download.checksum, settings);
  const text = await fetchText(address, { patienceMs: settings.patienceMs, signal });
  const file = basename(download.artefact.path);
  const digest =
    download.checksum.format === 'checksum-file' ? digestInList(text, file) : digestInRelease(text, file);
  if (digest === undefined) throw new Error(`${address} states no SHA-256 for ${file}`);
  return digest;
}

/** A digest alone, or the line of `sha256sum` output that ends in the file's name. */
function digestInList(text: string, file: string): string | undefined {
  for (const line of text.split('\n')) {
    const [, digest, name] = line.trim().match(/^([0-9a-f]{64})(?:\s+\*?(.+))?$/i) ?? [];
    if (digest !== undefined && (name === undefined || basename(name) === file)) return digest.toLowerCase();
  }
  return undefined;
}

function digestInRelease(text: string, file: string): string | undefined {
  const { assets } = releaseSchema.parse(JSON.parse(text));
  return assets.find(({ name }) => name === file)?.digest?.match(/^sha256:([0-9a-f]{64})$/)?.[1];
}

/** Unpacks a tar or zip archive with the system's `tar` (macOS has bsdtar, which reads both). */
async function unpack(archive: string, member: string, work: string): Promise<string> {
  await promisify(execFile)('tar', ['-xf', archive, '-C', work]);
  return join(work, member);
}

async function matching(directory: string, pattern: RegExp, prefix: string): Promise<string[]> {
  const entries = await readdir(directory);
  return entries.filter((entry) => pattern.test(`${prefix}/${entry}`)).map((entry) => join(directory, entry));
}
