/** A container image by its parts, so that one prefix can send all of them to a mirror. */
export interface Image {
  /** Registry host, such as `quay.io`. */
  registry: string;
  /** Path without the registry, such as `strimzi/operator`. */
  repository: string;
  tag: string;
  /** `sha256:…`; pins the content when known. */
  digest?: string;
}

/** Where images are pulled from. */
export interface ImageSettings {
  /** Put before every image, keeping registry and path, such as `mirror.example.org/cache`. */
  prefix?: string | undefined;
  /** Digests that pin images, by `registry/repository:tag`. @default none */
  pins?: Readonly<Record<string, string>>;
}

/** The reference of an image at its home, without a digest. */
export function plainReference({ registry, repository, tag }: Image): string {
  return `${registry}/${repository}:${tag}`;
}

/** The reference a container uses, rewritten by the prefix when there is one. */
export function imageReference(image: Image, settings: ImageSettings): string {
  const name = `${image.registry}/${image.repository}`;
  const digest = image.digest ?? settings.pins?.[plainReference(image)];
  return `${prefixed(name, settings)}:${image.tag}${digest ? `@${digest}` : ''}`;
}

/**
 * Rewrites a reference that an upstream manifest carries: pinned by its digest where that is known, and sent to the
 * mirror. Names without a registry belong to Docker Hub.
 */
export function rewriteReference(reference: string, settings: ImageSettings): string {
  if (settings.prefix && reference.startsWith(`${settings.prefix}/`)) return reference;
  const [first = '', ...rest] = reference.split('/');
  const hasRegistry = rest.length > 0 && /[.:]|^localhost$/.test(first);
  const path = hasRegistry || rest.length > 0 ? reference : `library/${reference}`;
  const complete = hasRegistry ? path : `docker.io/${path}`;
  const pin = settings.pins?.[complete];
  return `${settings.prefix ? `${settings.prefix}/${complete}` : reference}${pin ? `@${pin}` : ''}`;
}

function prefixed(name: string, settings: ImageSettings): string {
  return settings.prefix ? `${settings.prefix}/${name}` : name;
}
