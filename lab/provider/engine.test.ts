import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as kubernetes from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { PulumiFn } from '@pulumi/pulumi/automation/index.js';
import { type Lab, removeLab, startLab } from '../index.ts';
import { KubernetesClient } from '../kubernetes/index.ts';
import { until } from './test-support/conditions.ts';
import { descendants, Engine } from './test-support/engine.ts';

let directory: string;
let lab: Lab;
let client: KubernetesClient;
let engine: Engine;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ninefold-engine-'));
  const state = join(directory, 'state');
  await mkdir(state);
  [lab, engine] = await Promise.all([
    startLab({ directory: join(directory, 'labs', 'engine') }),
    Engine.prepare(directory, state),
  ]);
  client = await KubernetesClient.fromKubeconfig(lab.kubeconfig, lab.context);
});

after(async () => {
  await client?.close();
  if (lab) await removeLab(lab.directory);
  await rm(directory, { recursive: true, force: true });
});

/** A program whose resources go to the lab. */
function inLab(
  resources: (options: { provider: kubernetes.Provider }) => unknown,
  kubeconfig?: string,
): PulumiFn {
  return async () => {
    const provider = new kubernetes.Provider('lab', {
      kubeconfig: kubeconfig ?? lab.kubeconfig,
      context: lab.context,
    });
    resources({ provider });
  };
}

async function newNamespace(name: string): Promise<string> {
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return name;
}

describe('with the real engine', () => {
  test('a program is previewed, made, refreshed without drift, and removed, and its secrets are in no file', async () => {
    const namespace = 'whole';
    const program = inLab((options) => {
      const home = new kubernetes.core.v1.Namespace('home', { metadata: { name: namespace } }, options);
      const metadata = (name: string) => ({ name, namespace: home.metadata.name });
      const service = new kubernetes.core.v1.Service(
        'service',
        {
          metadata: metadata('web'),
          spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] },
        },
        options,
      );
      const secret = new kubernetes.core.v1.Secret(
        'secret',
        { metadata: metadata('key'), stringData: { password: 'seeded-password-of-the-test' } },
        options,
      );
      new kubernetes.core.v1.ConfigMap(
        'settings',
        {
          metadata: metadata('settings'),
          data: {
            // Known only once the objects are there.
            address: service.spec.clusterIP,
            identity: home.metadata.uid,
            url: pulumi.secret('https://seeded-token-of-the-test@example.org'),
            version: secret.metadata.resourceVersion,
          },
        },
        options,
      );
      new kubernetes.apps.v1.Deployment(
        'web',
        {
          metadata: metadata('web'),
          spec: {
            selector: { matchLabels: { app: 'web' } },
            template: {
              metadata: { labels: { app: 'web' } },
              spec: { containers: [{ name: 'main', image: 'registry.example.org/main:1' }] },
            },
          },
        },
        options,
      );
      const kind = new kubernetes.apiextensions.v1.CustomResourceDefinition(
        'kind',
        {
          metadata: { name: 'gadgets.engine.example.org' },
          spec: {
            group: 'engine.example.org',
            scope: 'Namespaced',
            names: { kind: 'Gadget', plural: 'gadgets' },
            versions: [
              {
                name: 'v1',
                served: true,
                storage: true,
                schema: {
                  openAPIV3Schema: {
                    type: 'object',
                    properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
                  },
                },
              },
            ],
          },
        },
        options,
      );
      new kubernetes.apiextensions.CustomResource(
        'gadget',
        { apiVersion: 'engine.example.org/v1', kind: 'Gadget', metadata: metadata('one'), spec: { size: 1 } },
        { ...options, dependsOn: [kind] },
      );
    });
    const stack = await engine.stack(namespace, program);

    const preview = await stack.preview();
    assert.deepEqual(preview.changeSummary, { create: 9 });
    assert.equal(await client.find({ apiVersion: 'v1', kind: 'Namespace', name: namespace }), undefined);

    const up = await stack.up();
    assert.deepEqual(up.summary.resourceChanges, { create: 9 });
    const settings = await client.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'settings' });
    assert.match((settings.data as { address: string }).address, /^\d+\.\d+\.\d+\.\d+$/);

    const refresh = await stack.refresh();
    assert.deepEqual(refresh.summary.resourceChanges, { same: 9 });
    const again = await stack.up();
    assert.deepEqual(again.summary.resourceChanges, { same: 9 });

    const texts = await engine.stateTexts();
    assert.ok(
      texts.some((text) => text.includes('gadgets.engine.example.org')),
      'the state was searched',
    );
    for (const word of ['seeded-password-of-the-test', 'seeded-token-of-the-test']) {
      for (const form of [word, Buffer.from(word).toString('base64')]) {
        assert.equal(texts.filter((text) => text.includes(form)).length, 0, `${form} is in the state`);
      }
    }

    const destroy = await stack.destroy();
    assert.deepEqual(destroy.summary.resourceChanges, { delete: 9 });
    assert.equal(await client.find({ apiVersion: 'v1', kind: 'Namespace', name: namespace }), undefined);
  });

  test('drift is found by a refresh and repaired by the next update', async () => {
    const namespace = await newNamespace('drift');
    const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'a' };
    const program = inLab((options) => {
      new kubernetes.core.v1.ConfigMap(
        'a',
        { metadata: { name: 'a', namespace }, data: { a: 'ours' } },
        options,
      );
    });
    const stack = await engine.stack(namespace, program);
    await stack.up();
    await client.patch(object, { data: { a: 'theirs' } }, { fieldManager: 'kubectl-edit' });
    const refresh = await stack.refresh();
    assert.deepEqual(refresh.summary.resourceChanges, { same: 2, update: 1 });
    const up = await stack.up();
    assert.deepEqual(up.summary.resourceChanges, { same: 2, update: 1 });
    assert.deepEqual((await client.get(object)).data, { a: 'ours' });
  });

  test('an object is imported, and the cluster may be found at another path', async () => {
    const namespace = await newNamespace('imported');
    const inputs = { metadata: { name: 'old', namespace }, data: { a: '1' } };
    await client.create({ apiVersion: 'v1', kind: 'ConfigMap', ...inputs }, { fieldManager: 'somebody' });
    const importing = inLab((options) => {
      new kubernetes.core.v1.ConfigMap('old', inputs, { ...options, import: `${namespace}/old` });
    });
    const imported = await (await engine.stack(namespace, importing)).up();
    assert.deepEqual(imported.summary.resourceChanges, { create: 2, import: 1 });

    const elsewhere = join(directory, 'elsewhere');
    await copyFile(lab.kubeconfig, elsewhere);
    const moved = inLab((options) => {
      new kubernetes.core.v1.ConfigMap('old', inputs, options);
    }, elsewhere);
    const up = await (await engine.stack(namespace, moved)).up();
    assert.deepEqual(up.summary.resourceChanges, { same: 2, update: 1 });
  });

  test('an engine that is killed in the middle is run again, and nothing is refused or made twice', async () => {
    const namespace = await newNamespace('killed');
    const count = 150;
    const program = inLab((options) => {
      for (let index = 0; index < count; index++) {
        const labels = { 'ninefold.dev/owner': `urn-of-${index}` };
        new kubernetes.core.v1.ConfigMap(
          `a${index}`,
          { metadata: { name: `a${index}`, namespace, labels }, data: {} },
          options,
        );
      }
    });
    const objects = () =>
      client.list(
        { apiVersion: 'v1', kind: 'ConfigMap', namespace },
        { labelSelector: 'ninefold.dev/owner' },
      );

    const stack = await engine.stack(namespace, program);
    const killed = stack.up().then(
      () => 'done',
      () => 'killed',
    );
    await until('some objects', async () => (await objects()).length > 0);
    for (const pid of await descendants('--exec-kind')) process.kill(pid, 'SIGKILL');
    assert.equal(await killed, 'killed');
    assert.ok((await objects()).length < count, 'everything was made before the engine was killed');

    const again = await engine.stack(namespace, program);
    await again.cancel();
    const up = await again.up();
    assert.equal(up.summary.result, 'succeeded');
    assert.equal((await objects()).length, count);
    const destroy = await again.destroy();
    assert.deepEqual(destroy.summary.resourceChanges, { delete: count + 2 });
  });

  test('what the provider does not serve fails with a message that says what to do', async () => {
    const program = inLab((options) => {
      new kubernetes.helm.v3.Release('chart', { chart: 'something' }, options);
    });
    const stack = await engine.stack('unserved', program);
    await assert.rejects(stack.preview(), /does not serve Helm releases and charts: vendor the chart/);
  });
});
