/** A host as policies name it: a request may say a port behind it. */
export function hostsOf(hostname: string): string[] {
  return [hostname, `${hostname}:*`];
}

/** Everything at and below a path, as policies name it: a prefix of a route ends at a slash. */
export function pathsBelow(path: string): string[] {
  return path === '/' ? ['/*'] : [path, `${path}/*`];
}
