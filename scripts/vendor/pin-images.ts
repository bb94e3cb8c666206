/** Pins the images of releases to what their tags point to now. */
import { type Lock, unseen } from '../../components/kit/lock.ts';
import { parseReference } from '../../components/kit/image-references.ts';
import type { FetchOptions } from '../../lab/toolchain/hosts.ts';
import { OciRepository } from './oci-registry.ts';

/**
 * The lock with the digests of images that it has not seen yet. One whose registry can't be asked stays unseen.
 * @param names Releases whose images are looked up
 */
export async function pinImages(
  lock: Lock,
  names: readonly string[],
  asked: Pick<FetchOptions, 'signal' | 'patienceMs'>,
): Promise<Lock> {
  const after = structuredClone(lock);
  const wanted = names.flatMap((name) => {
    const images = after.upstreams[name]?.images ?? {};
    return Object.keys(images).flatMap((reference) =>
      images[reference] === unseen ? [{ images, reference }] : [],
    );
  });
  await Promise.all(
    wanted.map(async ({ images, reference }) => {
      const { registry, repository, tag = '' } = parseReference(reference);
      try {
        images[reference] =
          (await new OciRepository(`${registry}/${repository}`, asked).tagDigest(tag)) ?? unseen;
      } catch {
        // Releases are not held up by a registry of images: the tag stays, and the report counts it.
        asked.signal?.throwIfAborted();
      }
    }),
  );
  return after;
}
