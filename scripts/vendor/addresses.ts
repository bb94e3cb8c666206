/** HTTPS everywhere but on this machine's own loopback, where tests and local mirrors serve. */
export function schemeFor(host: string): 'http' | 'https' {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host) ? 'http' : 'https';
}

/** Refuses an address that anybody on the way could answer. @throws Error */
export function requireSafe(address: string): string {
  const { protocol, host } = new URL(address);
  if (protocol === 'http:' && schemeFor(host) === 'https') {
    throw new Error(`${address} is not HTTPS, so anybody on the way could answer it`);
  }
  return address;
}
