/** What the tests of the control plane share. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { listProcesses } from '../../host/processes.ts';
import { KubernetesClient, type KubernetesObject } from '../../kubernetes/index.ts';
import { type Lab, listLabs, removeLab } from '../index.ts';

/** A directory for labs; what is in it is removed with it. */
export class LabRoot {
  readonly directory = mkdtempSync(join(tmpdir(), 'ninefold-labs-'));

  /** The directory of one lab. */
  lab(name: string): string {
    return join(this.directory, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const lab of await listLabs(this.directory)) await removeLab(lab.directory);
    // Labs that failed before they wrote their record are not listed.
    for (const { pid, commandLine } of listProcesses()) {
      if (commandLine.includes(`${this.directory}/`) && pid !== process.pid) process.kill(pid, 'SIGKILL');
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Uses a lab's API with its own kubeconfig. */
export async function withClient<T>(lab: Lab, use: (client: KubernetesClient) => Promise<T>): Promise<T> {
  const client = await KubernetesClient.fromKubeconfig(lab.kubeconfig);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

/** Asks until the answer is something; the bound only ends a test that would otherwise hang. */
export async function until<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    assert.ok(performance.now() < deadline, `waited in vain for ${what}`);
    await delay(50);
  }
}

/** Applies an object as a test. */
export function apply(client: KubernetesClient, object: KubernetesObject): Promise<KubernetesObject> {
  return client.apply(object, { fieldManager: 'test', force: true });
}

/** A ConfigMap, the plainest thing to remember. */
export function configMap(name: string, value: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data: { value },
  };
}

/** The processes whose command line names a lab's directory. */
export function processesOf(directory: string): string[] {
  return listProcesses()
    .filter(({ pid, commandLine }) => pid !== process.pid && commandLine.includes(`${directory}/`))
    .map(({ commandLine }) => commandLine);
}

/** Whether any file below a directory holds a text. */
export function anyFileHolds(directory: string, text: string): boolean {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .some((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(text));
}

/** The local addresses on which a process listens, as the kernel writes them (Linux only). */
export function listeningAddresses(pid: number): string[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1] ?? [];
      } catch {
        return [];
      }
    }),
  );
  const listen = '0A';
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === listen && sockets.has(fields[9] ?? ''))
      .map((fields) => (fields[1] ?? '').split(':')[0] ?? ''),
  );
}
