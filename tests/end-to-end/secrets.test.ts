import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import * as pulumi from '@pulumi/pulumi';
import { parse } from 'yaml';
import { clusterProvider } from '../../components/kit/cluster-provider.ts';
import { KubernetesObject } from '../../components/kit/kubernetes-object.ts';
import { listProcesses } from '../../lab/host/processes.ts';
import { openEngine } from '../../scripts/engine/access.ts';
import { runLayer } from '../../scripts/engine/layer-run.ts';
import { labTarget } from '../../scripts/engine/target.ts';
import { environmentWith } from './support/environments.ts';
import { Workbench } from './support/workbench.ts';

const bench = new Workbench();
after(() => bench[Symbol.asyncDispose]());

/** A value that can't be anywhere by chance. */
const seed = 'kept-to-itself-5d41402abc4b2a76b9719d911017c592';

/** What commands printed. */
const printed: string[] = [];

/** The command lines of all processes that were seen meanwhile. */
const commandLines = new Set<string>();

before(async () => {
  const looking = setInterval(() => {
    for (const { commandLine } of listProcesses()) commandLines.add(commandLine);
  }, 50);
  bench.writeEnvironment('quiet', environmentWith({ certificates: 'on' }));
  for (const [command, ...options] of [
    ['up'],
    ['up', '--json'],
    ['preview', '--json'],
    ['status', '--json'],
  ]) {
    const outcome = await bench.run(command ?? '', '--env', 'quiet', ...options);
    assert.equal(outcome.code, 0, outcome.stderr);
    printed.push(outcome.stdout, outcome.stderr);
  }
  await putSecret();
  const outcome = await bench.run('status', '--env', 'quiet', '--json');
  printed.push(outcome.stdout, outcome.stderr);
  clearInterval(looking);
});

/** Puts a Secret through the engine of the lab, in a stack of its own, twice: made, then changed. */
async function putSecret(): Promise<void> {
  // The lab of this test is found by the same variable as in the commands.
  process.env.NINEFOLD_HOME = bench.home;
  const target = labTarget({ env: 'quiet' });
  const access = { report: () => undefined, signal: new AbortController().signal };
  const session = await openEngine(target, 'lab', access);
  for (const value of [seed, `${seed}-changed`]) {
    const program = async () => {
      const cluster = clusterProvider('cluster', {
        kind: 'lab',
        version: '1.36',
        crds: 'planned',
        apiServer: { cidrs: [], ports: [] },
      });
      const manifest = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'seeded', namespace: 'default' },
        stringData: { value: pulumi.secret(value) },
      };
      new KubernetesObject('seeded', manifest, { provider: cluster });
      return {};
    };
    const result = await runLayer({
      session,
      stack: 'quiet.secret',
      layer: 'secret',
      operation: 'up',
      program,
      total: 3,
      ...access,
    });
    assert.ok(result.changes.length > 0);
  }
}

/** Every way in which a value may be written down. */
function spellings(value: string): string[] {
  // The middle of a value is the same in base64 wherever in a longer text it begins, up to three shifts.
  const shifted = ['', ' ', '  '].map((before) =>
    Buffer.from(before + value)
      .toString('base64')
      .slice(4, -4),
  );
  return [value, ...shifted];
}

/** What nobody may find: the passphrase, the keys of the lab's certificates, and the seeded value. */
function secrets(): Map<string, string[]> {
  const lab = bench.lab('quiet');
  const kubeconfig = parse(readFileSync(join(lab, 'kubeconfig'), 'utf8')) as {
    users: [{ user: { 'client-key-data': string } }];
  };
  const key = kubeconfig.users[0].user['client-key-data'];
  return new Map([
    ['the seeded value', spellings(seed)],
    ['the passphrase', spellings(readFileSync(join(lab, 'engine/passphrase'), 'utf8'))],
    ["the administrator's key", [key, Buffer.from(key, 'base64').toString('utf8').split('\n')[1] ?? '']],
  ]);
}

/** All files below a directory as text, unpacked where they are packed. */
function files(directory: string): { path: string; text: string }[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const bytes = readFileSync(path);
      const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
      return { path, text: (packed ? gunzipSync(bytes) : bytes).toString('latin1') };
    });
}

test('no secret is in the state files', () => {
  const states = files(join(bench.lab('quiet'), 'engine/state'));
  assert.ok(states.some(({ path }) => path.endsWith('quiet.secret.json')));
  for (const [what, texts] of secrets()) {
    for (const { path, text } of states) {
      assert.ok(!texts.some((secret) => text.includes(secret)), `${what} is in ${path}`);
    }
  }
});

test('no secret is in the logs, the home of the engine, or the data of the cluster', () => {
  const lab = bench.lab('quiet');
  const places = [
    join(lab, 'logs'),
    join(lab, 'etcd'),
    join(lab, 'engine/workspace'),
    join(bench.home, 'pulumi-home'),
  ];
  const found = places.flatMap(files).filter(({ path }) => !path.includes('/versions/'));
  assert.ok(found.some(({ path }) => /engine-.*\.log$/.test(path)));
  for (const [what, texts] of secrets()) {
    for (const { path, text } of found) {
      assert.ok(!texts.some((secret) => text.includes(secret)), `${what} is in ${path}`);
    }
  }
});

test('no secret is in what commands print', () => {
  assert.ok(printed.some((text) => text.startsWith('{')));
  for (const [what, texts] of secrets()) {
    for (const text of printed)
      assert.ok(!texts.some((secret) => text.includes(secret)), `${what} is printed`);
  }
});

test('no secret is ever in the process table', () => {
  assert.ok([...commandLines].some((line) => line.includes('pulumi up')));
  for (const [what, texts] of secrets()) {
    for (const line of commandLines) {
      assert.ok(!texts.some((secret) => line.includes(secret)), `${what} is in ${line}`);
    }
  }
});
