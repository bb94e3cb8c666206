import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const packageSchema = z.looseObject({ version: z.string() });

/** The version of the `@pulumi/kubernetes` SDK in use; the engine asks for a plugin of exactly this version. */
export async function kubernetesPluginVersion(): Promise<string> {
  const path = createRequire(import.meta.url).resolve('@pulumi/kubernetes/package.json');
  return packageSchema.parse(JSON.parse(await readFile(path, 'utf8'))).version;
}

/**
 * Puts the lab's provider into a Pulumi home, under the name and version of the official one, for the Node that runs
 * this. Does nothing when it is there already; whoever installs at the same time ends up with the same.
 * @param pulumiHome what `PULUMI_HOME` is set to for the engine
 */
export async function installProvider(pulumiHome: string): Promise<void> {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 24) {
    throw new Error(
      `The lab's provider needs Node 24 or later; this is ${process.version} (${process.execPath}).`,
    );
  }
  const directory = join(pulumiHome, 'plugins', `resource-kubernetes-v${await kubernetesPluginVersion()}`);
  const program = join(directory, 'pulumi-resource-kubernetes');
  const entry = fileURLToPath(new URL('./main.ts', import.meta.url));
  const wrapper = [
    '#!/bin/sh',
    'export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-' +
      join(pulumiHome, 'compile-cache').replaceAll('"', '') +
      '}"',
    `exec ${quote(process.execPath)} ${quote(entry)} "$@"`,
    '',
  ].join('\n');
  if ((await readFile(program, 'utf8').catch(() => undefined)) === wrapper) return;
  await mkdir(directory, { recursive: true });
  const fresh = `${program}.${randomUUID()}`;
  try {
    await writeFile(fresh, wrapper, { mode: 0o755 });
    await rename(fresh, program);
  } finally {
    await rm(fresh, { force: true });
  }
}

function quote(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}
