import type { ServerNode } from '../../../components/secrets/shared/program/server.ts';

interface Specification {
  paths: Record<string, { 'x-vault-unauthenticated'?: boolean }>;
}

/**
 * Every path that the server itself says it serves to whoever has a token, with what is to be filled in filled in by
 * each of some names: by those with a slash where it takes a path, and by the others where it takes a name.
 */
export async function servedPaths(root: ServerNode, names: readonly string[]): Promise<string[]> {
  const answer = await root.ask('GET', 'sys/internal/specs/openapi?generic_mount_paths=false');
  const { paths } = answer as Specification;
  const templates = Object.entries(paths)
    .filter(([, path]) => !path['x-vault-unauthenticated'])
    .map(([path]) => path.replace(/^\//, '').replace(/\/$/, ''));
  const filled = templates.flatMap((template) => {
    if (!template.includes('{')) return [template];
    const takesPath = template.includes('{path}');
    return names
      .filter((name) => name.includes('/') === takesPath)
      .map((name) => template.replaceAll(/\{\w+\}/g, name));
  });
  return [...new Set(filled)];
}

/** What a token may do, by path: the paths that it may do nothing at are left out. */
export async function allowedPaths(
  root: ServerNode,
  token: string,
  paths: readonly string[],
): Promise<Record<string, readonly string[]>> {
  const answer = (await root.ask('POST', 'sys/capabilities', { token, paths })) as {
    data: Record<string, readonly string[]>;
  };
  return Object.fromEntries(
    paths.flatMap((path) => {
      const capabilities = answer.data[path] ?? ['unknown'];
      return capabilities.includes('deny') ? [] : [[path, capabilities]];
    }),
  );
}
