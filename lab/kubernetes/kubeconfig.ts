import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';

const clusterSchema = z.looseObject({
  server: z.url(),
  'certificate-authority': z.string().optional(),
  'certificate-authority-data': z.string().optional(),
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': z.string().optional(),
});

const userSchema = z.looseObject({
  'client-certificate': z.string().optional(),
  'client-certificate-data': z.string().optional(),
  'client-key': z.string().optional(),
  'client-key-data': z.string().optional(),
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  exec: z.unknown().optional(),
  'auth-provider': z.unknown().optional(),
});

const kubeconfigSchema = z.looseObject({
  'current-context': z.string().optional(),
  clusters: z
    .array(z.looseObject({ name: z.string(), cluster: clusterSchema }))
    .nullish()
    .transform((list) => list ?? []),
  users: z
    .array(z.looseObject({ name: z.string(), user: userSchema.nullish() }))
    .nullish()
    .transform((list) => list ?? []),
  contexts: z
    .array(
      z.looseObject({
        name: z.string(),
        context: z.looseObject({
          cluster: z.string(),
          user: z.string().optional(),
          namespace: z.string().optional(),
        }),
      }),
    )
    .nullish()
    .transform((list) => list ?? []),
});

/** How to reach one API server, and as whom. PEM texts, not paths. */
export interface ClusterConnection {
  /** Base address, for example `https://127.0.0.1:6443`. */
  server: string;
  certificateAuthority?: string;
  clientCertificate?: string;
  clientKey?: string;
  token?: string;
  /** Name that the server's certificate is checked against; the host of `server` when left out. */
  serverName?: string;
  /** Whether the server's certificate goes unchecked. @default false */
  insecure?: boolean;
  /** Namespace of the context. @default 'default' */
  namespace: string;
}

/** A kubeconfig that can't be used; the message names the file, the place in it and the fix, never a credential. */
export class KubeconfigError extends Error {
  override name = 'KubeconfigError';
}

/** Reads a kubeconfig file. Paths in it are relative to the file. @throws {KubeconfigError} */
export async function readKubeconfig(path: string, contextName?: string): Promise<ClusterConnection> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new KubeconfigError(
      `The kubeconfig ${path} can't be read (${reason}). Give the path of an existing file.`,
    );
  }
  return await parseKubeconfig(text, { contextName, directory: dirname(path), origin: path });
}

/**
 * Reads the contents of a kubeconfig.
 * @param options.directory what relative paths in it are relative to. @default the working directory
 * @param options.origin what error messages call it. @default 'the kubeconfig'
 * @throws {KubeconfigError}
 */
export async function parseKubeconfig(
  text: string,
  options: { contextName?: string | undefined; directory?: string; origin?: string } = {},
): Promise<ClusterConnection> {
  const { directory = process.cwd(), origin = 'the kubeconfig' } = options;
  const config = parseText(text, origin);
  const contextName = options.contextName ?? config['current-context'];
  if (!contextName) {
    throw new KubeconfigError(`${origin} has no current-context. Name a context: ${names(config.contexts)}.`);
  }
  const { context } = named(config.contexts, contextName, 'context', origin);
  const { cluster } = named(config.clusters, context.cluster, 'cluster', origin);
  const user = context.user ? (named(config.users, context.user, 'user', origin).user ?? {}) : {};
  if (user.exec !== undefined || user['auth-provider'] !== undefined) {
    throw new KubeconfigError(
      `${origin}: user "${context.user}" takes its credentials from a plugin, which is not supported here. ` +
        'Use a kubeconfig with a client certificate or a token.',
    );
  }
  const load = async (data: string | undefined, file: string | undefined) =>
    data !== undefined
      ? Buffer.from(data, 'base64').toString('utf8')
      : await readReferenced(file, directory, origin);
  const [certificateAuthority, clientCertificate, clientKey, tokenFromFile] = await Promise.all([
    load(cluster['certificate-authority-data'], cluster['certificate-authority']),
    load(user['client-certificate-data'], user['client-certificate']),
    load(user['client-key-data'], user['client-key']),
    user.token === undefined ? load(undefined, user.tokenFile) : undefined,
  ]);
  const token = user.token ?? tokenFromFile?.trim();
  return {
    server: cluster.server.replace(/\/$/, ''),
    namespace: context.namespace || 'default',
    insecure: cluster['insecure-skip-tls-verify'] ?? false,
    ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
    ...(clientCertificate === undefined ? {} : { clientCertificate }),
    ...(clientKey === undefined ? {} : { clientKey }),
    ...(token === undefined ? {} : { token }),
    ...(cluster['tls-server-name'] === undefined ? {} : { serverName: cluster['tls-server-name'] }),
  };
}

function parseText(text: string, origin: string): z.infer<typeof kubeconfigSchema> {
  let document: unknown;
  try {
    document = parse(text);
  } catch {
    // The parser's message quotes the text, which may be a key.
    throw new KubeconfigError(`${origin} is not valid YAML.`);
  }
  const parsed = kubeconfigSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const violations = parsed.error.issues.map(
    (issue) => `  ${issue.path.join('.') || '(whole)'}: ${issue.message}`,
  );
  throw new KubeconfigError(`${origin} is not a kubeconfig:\n${violations.join('\n')}`);
}

function named<Entry extends { name: string }>(
  list: Entry[],
  name: string,
  what: string,
  origin: string,
): Entry {
  const found = list.find((entry) => entry.name === name);
  if (found) return found;
  throw new KubeconfigError(`${origin} has no ${what} "${name}". It has: ${names(list)}.`);
}

function names(list: { name: string }[]): string {
  return list.map((entry) => entry.name).join(', ') || 'none';
}

async function readReferenced(path: string | undefined, directory: string, origin: string) {
  if (path === undefined) return undefined;
  const absolute = resolve(directory, path);
  try {
    return await readFile(absolute, 'utf8');
  } catch {
    throw new KubeconfigError(`${origin} refers to ${absolute}, which can't be read.`);
  }
}
