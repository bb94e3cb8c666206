/** A program that its publisher offers as a file or in an archive, with the SHA-256 in a file beside it. */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { fetchText } from './hosts.ts';
import { addressOf, type ToolchainSettings } from './settings.ts';
import type { PublishedFile } from './tool.ts';
import { fetchChecked, type TransferOptions } from './transfer.ts';
import { unzip } from './unzip.ts';

/** A program in the working directory, with the files that belong to it. */
export interface Unpacked {
  readonly program: string;
  readonly companions: readonly string[];
}

/** Downloads and unpacks a published file. */
export async function fetchPublishedFile(source: PublishedFile, options: TransferOptions): Promise<Unpacked> {
  const { settings, work, signal } = options;
  // First the digest: it is small, so it also finds out quickly whether the host is within reach.
  const expected = await publishedDigest(source, settings, signal);
  const file = join(work, basename(source.artefact.path));
  await fetchChecked(addressOf(source.artefact, settings), file, expected, options);
  if (source.archive === undefined) return { program: file, companions: [] };
  const { member, companions } = source.archive;
  if (file.endsWith('.zip') && companions === undefined) {
    const program = join(work, 'unpacked');
    await unzip(file, member, program);
    return { program, companions: [] };
  }
  // The system's `tar`: on macOS it is bsdtar, which reads the zip archives that some publish there.
  await promisify(execFile)('tar', ['-xf', file, '-C', work]);
  const directory = join(work, dirname(member));
  const beside = companions ? (await readdir(directory)).filter((name) => companions.test(name)) : [];
  return { program: join(work, member), companions: beside.map((name) => join(directory, name)) };
}

async function publishedDigest(
  source: PublishedFile,
  settings: ToolchainSettings,
  signal: AbortSignal | undefined,
): Promise<string> {
  const address = addressOf(source.checksum, settings);
  const text = await fetchText(address, { patienceMs: settings.patienceMs, signal });
  const file = basename(source.artefact.path);
  // A digest alone, or the line of `sha256sum` output that ends in the file's name.
  for (const line of text.split('\n')) {
    const [, digest, name] = line.trim().match(/^([0-9a-f]{64})(?:\s+\*?(.+))?$/i) ?? [];
    if (digest !== undefined && (name === undefined || basename(name) === file)) return digest.toLowerCase();
  }
  throw new Error(`${address} states no SHA-256 for ${file}`);
}
