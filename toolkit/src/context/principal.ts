import type { Principal } from './context.ts';

/** Writes a principal into one header value: JSON in base64url, so that any name fits. */
export function formatPrincipal(principal: Principal): string {
  const { kind, id, issuer, scopes } = principal;
  return Buffer.from(JSON.stringify({ kind, id, issuer, scopes }), 'utf8').toString('base64url');
}

/** Reads what {@link formatPrincipal} wrote; undefined when it is malformed. */
export function parsePrincipal(value: string): Principal | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(value)) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(value, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { kind, id, issuer, scopes } = parsed as Record<string, unknown>;
  if ((kind !== 'user' && kind !== 'service') || typeof id !== 'string' || id === '') return undefined;
  if (issuer !== undefined && typeof issuer !== 'string') return undefined;
  if (scopes !== undefined && !isTexts(scopes)) return undefined;
  return {
    kind,
    id,
    ...(issuer === undefined ? {} : { issuer }),
    ...(scopes === undefined ? {} : { scopes }),
  };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
