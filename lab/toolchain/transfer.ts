/** Brings a published file onto this machine and holds it against its digest. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fetchFrom } from './hosts.ts';
import type { ProgressOf } from './progress.ts';
import type { ToolchainSettings } from './settings.ts';

/** What came down is not what the publisher published. */
export class ChecksumError extends Error {
  override readonly name = 'ChecksumError';
}

/** What a download needs besides its source. */
export interface TransferOptions {
  readonly settings: ToolchainSettings;
  /** A directory on the cache's file system. */
  readonly work: string;
  readonly progress: ProgressOf;
  readonly signal: AbortSignal | undefined;
}

/**
 * Downloads `address` to `file`. Throws {@link ChecksumError} when its SHA-256 is not the expected one,
 * UnreachableError when the host is out of reach.
 */
export async function fetchChecked(
  address: string,
  file: string,
  expected: string,
  { settings, progress, signal }: TransferOptions,
): Promise<void> {
  const step = progress('downloading', address);
  const hash = createHash('sha256');
  try {
    const { body, size } = await fetchFrom(address, { patienceMs: settings.patienceMs, signal });
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
  } finally {
    step.end();
  }
  checkDigest(address, hash.digest('hex'), expected);
}

/** Throws {@link ChecksumError} when two digests of what lies at an address differ. */
export function checkDigest(address: string, actual: string, expected: string): void {
  if (actual === expected) return;
  throw new ChecksumError(
    `${address} has SHA-256 ${actual}, its publisher states ${expected}; it was thrown away`,
  );
}
