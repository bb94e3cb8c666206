import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Lab, removeLab, startLab } from '../index.ts';
import { KubernetesClient } from '../kubernetes/index.ts';
import { installProvider, kubernetesPluginVersion } from './install.ts';
import { Plugin } from './test-support/plugin.ts';
import { Stack } from './test-support/stack.ts';
import { play } from './test-support/transcript.ts';
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
