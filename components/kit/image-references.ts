import { imageReference, type Image, type ImageSettings, rewriteReference } from './images.ts';
import { asRecord, type Manifest, podSpecOf } from './manifest.ts';

/** A reference by its parts. Names without a registry belong to Docker Hub. */
export function parseReference(reference: string): Partial<Image> & { registry: string; repository: string } {
  const [name = '', digest] = reference.split('@');
  const [first = '', ...rest] = name.split('/');
  const hasRegistry = rest.length > 0 && /[.:]|^localhost$/.test(first);
  const path = hasRegistry ? rest.join('/') : rest.length > 0 ? name : `library/${name}`;
  const [repository = '', tag] = path.split(':');
  return {
    registry: hasRegistry ? first : 'docker.io',
    repository,
    ...(tag ? { tag } : {}),
    ...(digest ? { digest } : {}),
  };
}

/** The images of an object's containers, with the names of these. */
export function containerImages(manifest: Manifest): { container: string; image: string }[] {
  return containersOf(manifest).map(({ name, image }) => ({
    container: String(name),
    image: typeof image === 'string' ? image : '',
  }));
}

/** `host/path:tag` within a text, where the host has a dot and no scheme stands before it. */
const mention =
  /(?<![\w./:@-])((?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?\/[a-z0-9._/-]+):[\w][\w.-]*(?:@sha256:[0-9a-f]{64})?/g;

/** References to images in arguments and variables of an object's containers, by which operators start pods. */
export function mentionedImages(manifest: Manifest): string[] {
  const texts = containersOf(manifest).flatMap(({ args, command, env }) => [
    ...listOf(args),
    ...listOf(command),
    ...listOf(env).map((one) => asRecord(one)?.value),
  ]);
  return texts.flatMap((text) =>
    typeof text === 'string' ? [...text.matchAll(mention)].map(([found]) => found) : [],
  );
}

/**
 * An object whose mentions of images, outside the containers' own, are sent to the mirror and pinned like those:
 * in arguments, variables, and whatever a ConfigMap holds.
 * @param images Those of the release; a mention of another repository is left as it is
 */
export function rewriteMentions(
  manifest: Manifest,
  images: readonly Image[],
  settings: ImageSettings,
): Manifest {
  const change = (text: string) =>
    text.replaceAll(mention, (found) => rewriteDeclared(found, images, settings));
  const changed = structuredClone(manifest);
  for (const container of containersOf(changed)) {
    for (const field of ['args', 'command']) {
      if (!Array.isArray(container[field])) continue;
      container[field] = container[field].map((one: unknown) =>
        typeof one === 'string' ? change(one) : one,
      );
    }
    for (const variable of listOf(container.env).map(asRecord)) {
      if (variable && typeof variable.value === 'string') variable.value = change(variable.value);
    }
  }
  const data = changed.kind === 'ConfigMap' ? asRecord(changed.data) : undefined;
  for (const [key, text] of Object.entries(data ?? {})) {
    if (data && typeof text === 'string') data[key] = change(text);
  }
  return changed;
}

function rewriteDeclared(reference: string, images: readonly Image[], settings: ImageSettings): string {
  const { registry, repository, tag, digest } = parseReference(reference);
  const sameName = images.filter((one) => one.registry === registry && one.repository === repository);
  if (sameName.length === 0) return reference;
  if (!tag) return rewriteReference(reference, settings);
  const pinned = digest ?? sameName.find((one) => one.tag === tag)?.digest;
  return imageReference({ registry, repository, tag, ...(pinned ? { digest: pinned } : {}) }, settings);
}

function containersOf(manifest: Manifest): Record<string, unknown>[] {
  const pod = podSpecOf(manifest);
  return ['initContainers', 'containers'].flatMap((list) =>
    listOf(pod?.[list])
      .map(asRecord)
      .filter((one) => one !== undefined),
  );
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
