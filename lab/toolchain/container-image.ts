/** A program that its publisher offers in a container image, where every part is addressed by its SHA-256. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { fetchText } from './hosts.ts';
import type { Unpacked } from './published-file.ts';
import { addressOf } from './settings.ts';
import type { ContainerImage, Location } from './tool.ts';
import { checkDigest, fetchChecked, type TransferOptions } from './transfer.ts';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** The part of an image index that says which manifest is for which platform. */
const indexSchema = z.object({
  manifests: z.array(
    z.object({
      digest,
      platform: z.object({ os: z.string(), architecture: z.string() }).optional(),
    }),
  ),
});

/** The part of a manifest that names the layers, from the lowest to the topmost. */
const manifestSchema = z.object({ layers: z.array(z.object({ digest })) });

/** The media types of indexes and manifests, in the words of the OCI and of Docker. */
const accept = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** Where a registry serves the manifest of a tag or a digest. */
export function manifestLocation({ home, repository }: ContainerImage, reference: string): Location {
  return { home, path: `/v2/${repository}/manifests/${reference}` };
}

/**
 * Fetches one program out of an image. The registry states the digest of the platform's manifest, and that the digest
 * of each layer; layers are searched from the topmost downwards, so that mostly one is enough.
 */
export async function fetchFromImage(image: ContainerImage, options: TransferOptions): Promise<Unpacked> {
  const { settings, work, signal } = options;
  const read = (address: string) =>
    fetchText(address, { patienceMs: settings.patienceMs, signal, headers: { accept } });

  const indexAddress = addressOf(manifestLocation(image, image.tag), settings);
  const { os, architecture } = settings.platform;
  const index = indexSchema.parse(JSON.parse(await read(indexAddress)));
  const entry = index.manifests.find(
    ({ platform }) => platform?.os === os && platform.architecture === architecture,
  );
  if (entry === undefined) throw new Error(`${indexAddress} has no image for ${os} ${architecture}`);

  const manifestAddress = addressOf(manifestLocation(image, entry.digest), settings);
  const text = await read(manifestAddress);
  checkDigest(manifestAddress, createHash('sha256').update(text).digest('hex'), hexOf(entry.digest));
  const { layers } = manifestSchema.parse(JSON.parse(text));

  for (const layer of layers.toReversed()) {
    const blob = { home: image.home, path: `/v2/${image.repository}/blobs/${layer.digest}` };
    const file = join(work, 'layer');
    await fetchChecked(addressOf(blob, settings), file, hexOf(layer.digest), options);
    if (await extract(file, image.member, work)) {
      return { program: join(work, image.member), companions: [] };
    }
  }
  throw new Error(`${indexAddress} has no ${image.member} in any layer`);
}

/** Takes one member out of a layer; false when it isn't there. */
async function extract(archive: string, member: string, directory: string): Promise<boolean> {
  const { stdout } = await promisify(execFile)('tar', ['-tf', archive], { maxBuffer: 64 * 1024 * 1024 });
  const name = stdout.split('\n').find((line) => line.replace(/^\.?\//, '') === member);
  if (name === undefined) return false;
  await promisify(execFile)('tar', ['-xf', archive, '-C', directory, name]);
  return true;
}

function hexOf(stated: string): string {
  return stated.slice('sha256:'.length);
}
