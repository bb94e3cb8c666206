import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { type Lab, removeLab, startLab } from '../index.ts';
import { KubernetesClient } from '../kubernetes/index.ts';
import { installProvider, kubernetesPluginVersion } from './install.ts';
import { isRunning, until } from './test-support/conditions.ts';
import { Plugin } from './test-support/plugin.ts';
import { Stack } from './test-support/stack.ts';
import { play } from './test-support/transcript.ts';
import { configMapType, deploymentType } from './transcripts/fixtures.ts';
import { topics } from './transcripts/index.ts';

/** Another plugin to judge by the same transcripts, for example the official one. */
const otherProgram = process.env.NINEFOLD_TEST_PROVIDER;

let directory: string;
let lab: Lab;
let client: KubernetesClient;
let program: string;
let plugin: Plugin;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ninefold-provider-'));
  lab = await startLab({ directory: join(directory, 'labs', 'provider') });
  client = await KubernetesClient.fromKubeconfig(lab.kubeconfig, lab.context);
  program = otherProgram ?? (await installed());
  plugin = await Plugin.start(program, settings());
});

after(async () => {
  await plugin?.stop();
  await client?.close();
  if (lab) await removeLab(lab.directory);
  await rm(directory, { recursive: true, force: true });
});

describe('the provider, by transcript:', { concurrency: 6 }, () => {
  let count = 0;
  for (const [topic, transcripts] of Object.entries(topics)) {
    for (const transcript of transcripts) {
      if (transcript.ours && otherProgram) continue;
      const namespace = `t${++count}`;
      test(`${topic}: ${transcript.title}`, async () => {
        await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
        await play(transcript, new Stack(plugin, namespace), client, namespace);
      });
    }
  }
});

describe('the provider, as a process', () => {
  const labels = { 'ninefold.dev/owner': 'hash-of-the-urn' };

  test('that is killed in the middle of its work leaves nothing that the next one can not take up', async () => {
    const namespace = 'killed';
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const names = Array.from({ length: 60 }, (_, index) => `object-${index}`);
    const upAll = (stack: Stack) =>
      Promise.allSettled(
        names.map((name) =>
          stack.up(name, configMapType, { metadata: { name, namespace, labels }, data: { name } }),
        ),
      );
    const live = () =>
      client.list(
        { apiVersion: 'v1', kind: 'ConfigMap', namespace },
        { labelSelector: 'ninefold.dev/owner' },
      );

    const doomed = await Plugin.start(program, settings());
    const first = upAll(new Stack(doomed, 'killed'));
    await until('some objects', async () => (await live()).length >= 5);
    await doomed.stop('SIGKILL');
    const failed = (await first).filter(({ status }) => status === 'rejected').length;
    assert.ok(failed > 0, 'everything was done before the provider was killed');

    const outcomes = await upAll(new Stack(plugin, 'killed'));
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status === 'fulfilled' && outcome.value.operation),
      names.map(() => 'create'),
    );
    assert.equal((await live()).length, names.length);
  });

  test('waits for an API server that goes away and comes back', async () => {
    const { 'kube-apiserver': pid } = lab.pids;
    assert.ok(pid !== undefined);
    process.kill(pid, 'SIGKILL');
    await until('the API server to be gone', () => !isRunning(pid));
    const up = new Stack(plugin, 'outage').up('a', configMapType, {
      metadata: { name: 'patient', namespace: 'default' },
      data: {},
    });
    lab = await startLab({ directory: lab.directory });
    assert.equal((await up).operation, 'create');
  });

  test('that is cancelled ends its waits at once and keeps what it made', async () => {
    const cancelled = await Plugin.start(program, settings());
    const stack = new Stack(cancelled, 'cancelled');
    const container = {
      name: 'main',
      image: 'registry.example.org/main:1',
      resources: { requests: { cpu: '9000' } },
    };
    const metadata = { name: 'endless', namespace: 'default' };
    const up = stack.up('endless', deploymentType, {
      metadata,
      spec: {
        selector: { matchLabels: { app: 'endless' } },
        template: { metadata: { labels: { app: 'endless' } }, spec: { containers: [container] } },
      },
    });
    const object = { apiVersion: 'apps/v1', kind: 'Deployment', ...metadata };
    await until('the Deployment', async () => (await client.find(object)) !== undefined);
    await cancelled.cancel();
    const { resource } = await up;
    assert.equal(resource?.id, 'default/endless');
    assert.match(resource?.problems.join() ?? '', /cancelled while waiting/);
    await cancelled.stop();
  });

  test('ends when the engine that started it is gone', { skip: otherProgram !== undefined }, async () => {
    const engine = spawn('sh', ['-c', `'${program}' & echo $! >&2; wait`], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const pid = Number(await firstLine(engine.stderr));
    assert.match(await firstLine(engine.stdout), /^\d+$/, 'the provider listens');
    assert.ok(isRunning(pid));
    engine.kill('SIGKILL');
    await once(engine, 'exit');
    await until('the provider to end', () => !isRunning(pid));
  });
});

async function firstLine(stream: Readable): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line;
  return '';
}

async function installed(): Promise<string> {
  const home = join(directory, 'home');
  await installProvider(home);
  const name = `resource-kubernetes-v${await kubernetesPluginVersion()}`;
  return join(home, 'plugins', name, 'pulumi-resource-kubernetes');
}

function settings() {
  // The official provider replaces every changed ConfigMap and Secret unless told otherwise.
  return {
    kubeconfig: lab.kubeconfig,
    context: lab.context,
    enableServerSideApply: 'true',
    enableConfigMapMutable: 'true',
    enableSecretMutable: 'true',
  };
}
