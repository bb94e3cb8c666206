import assert from 'node:assert/strict';
import { access, constants, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { installProvider, kubernetesPluginVersion } from './index.ts';
import { Plugin } from './test-support/plugin.ts';

let home: string;
let directory: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "ninefold provider's home-"));
  directory = join(home, 'plugins', `resource-kubernetes-v${await kubernetesPluginVersion()}`);
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

describe('the provider is installed', () => {
  test('as one program, however many install it at the same time', async () => {
    await Promise.all(Array.from({ length: 8 }, () => installProvider(home)));
    assert.deepEqual(await readdir(directory), ['pulumi-resource-kubernetes']);
    await access(join(directory, 'pulumi-resource-kubernetes'), constants.X_OK);
  });

  test('and left alone when it is there', async () => {
    await installProvider(home);
    const program = join(directory, 'pulumi-resource-kubernetes');
    const before = await stat(program);
    await installProvider(home);
    assert.equal((await stat(program)).ino, before.ino);
    await writeFile(program, '#!/bin/sh\nexit 1\n');
    await installProvider(home);
    assert.match(await readFile(program, 'utf8'), /main\.ts/);
  });

  test('to run from a path with spaces and quotes, and answers without a cluster', async () => {
    await installProvider(home);
    const plugin = await Plugin.start(join(directory, 'pulumi-resource-kubernetes'), {
      kubeconfig: JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'lab',
        contexts: [{ name: 'lab', context: { cluster: 'lab' } }],
        clusters: [{ name: 'lab', cluster: { server: 'https://127.0.0.1:1' } }],
      }),
    });
    await plugin.stop();
    assert.equal(plugin.process.exitCode, 0);
  });
});
