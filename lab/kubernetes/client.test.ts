import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Lab, removeLab, startLab } from '../index.ts';
import {
  describeObject,
  hasReason,
  isNotFound,
  KubernetesClient,
  type KubernetesObject,
  referenceOf,
  UnknownKindError,
} from './index.ts';

let directory: string;
let lab: Lab;
let client: KubernetesClient;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ninefold-client-'));
  lab = await startLab({ directory: join(directory, 'labs', 'client') });
  client = await KubernetesClient.fromKubeconfig(lab.kubeconfig, lab.context);
});

after(async () => {
  await client?.close();
  if (lab) await removeLab(lab.directory);
  await rm(directory, { recursive: true, force: true });
});

function configMap(name: string, data: Record<string, string> = {}, more = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', ...more }, data };
}

describe('a real API server', () => {
  test('takes objects by server-side apply, and tells whose fields are in conflict', async () => {
    const object = configMap('applied', { a: '1', b: '2' });
    const dry = await client.apply(object, { fieldManager: 'one', dryRun: true });
    assert.deepEqual(dry.data, { a: '1', b: '2' });
    assert.equal(await client.find(referenceOf(object)), undefined);

    await client.apply(object, { fieldManager: 'one' });
    await client.apply(configMap('applied', { a: '1' }), { fieldManager: 'one' });
    assert.deepEqual((await client.get(referenceOf(object))).data, { a: '1' });
    await assert.rejects(client.apply(configMap('applied', { a: '9' }), { fieldManager: 'two' }), (error) => {
      assert.ok(hasReason(error, 'Conflict'));
      assert.deepEqual(
        error.details.causes?.map(({ field }) => field),
        ['.data.a'],
      );
      return true;
    });
    const forced = await client.apply(configMap('applied', { a: '9' }), { fieldManager: 'two', force: true });
    assert.deepEqual(forced.data, { a: '9' });
  });

  test('makes, patches and deletes objects', async () => {
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'made' };
    const made = await client.create(configMap('made', { a: '1' }));
    await assert.rejects(client.create(configMap('made')), (error) => hasReason(error, 'AlreadyExists'));
    await client.patch(reference, { data: { b: '2' } });
    await client.patch(reference, [{ op: 'remove', path: '/data/a' }], { type: 'json' });
    assert.deepEqual((await client.get(reference)).data, { b: '2' });

    await assert.rejects(client.delete(reference, { uid: '00000000-0000-0000-0000-000000000000' }), (error) =>
      hasReason(error, 'Conflict'),
    );
    assert.equal(await client.delete(reference, { uid: made.metadata.uid }), undefined);
    assert.equal(await client.delete(reference), undefined);
    await assert.rejects(client.get(reference), isNotFound);
  });

  test('tells of an object that waits for its finalizers', async () => {
    const object = configMap('held', {}, { finalizers: ['example.org/cleanup'] });
    await client.create(object);
    const waiting = await client.delete(referenceOf(object));
    assert.ok(waiting?.metadata.deletionTimestamp);
    await client.patch(referenceOf(object), { metadata: { finalizers: null } });
    assert.equal(await client.find(referenceOf(object)), undefined);
  });

  test('lists more objects than fit on a page, by label', async () => {
    const names = Array.from({ length: 520 }, (_, index) => `listed-${index}`);
    await Promise.all(
      names.map((name) => client.create(configMap(name, {}, { labels: { set: name.slice(-1) } }))),
    );
    const where = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' };
    const all = await client.list(where, { labelSelector: 'set' });
    assert.equal(all.length, names.length);
    assert.ok(all.every(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'ConfigMap'));
    assert.equal((await client.list(where, { labelSelector: 'set=7' })).length, 52);
  });

  test('serves a kind that was made a moment ago', async () => {
    await assert.rejects(client.resourceFor('client.example.org/v1', 'Gadget'), UnknownKindError);
    const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const definition = (kind: string, version: string): KubernetesObject => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${kind.toLowerCase()}s.client.example.org` },
      spec: {
        group: 'client.example.org',
        scope: 'Cluster',
        names: { kind, plural: `${kind.toLowerCase()}s` },
        versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    });
    // Not in the version that its group prefers.
    await client.create(definition('Draft', 'v1alpha1'));
    await client.create(definition('Gadget', 'v1'));
    for (;;) {
      const found = await client.resourceFor('client.example.org/v1', 'Gadget').catch((error: unknown) => {
        assert.ok(error instanceof UnknownKindError);
      });
      const draft = await client.resourceFor('client.example.org/v1alpha1', 'Draft').catch(() => undefined);
      if (!found || !draft) continue;
      assert.equal(found.plural, 'gadgets');
      assert.equal(found.namespaced, false);
      break;
    }
    const all = await client.allResources();
    for (const kind of ['Deployment', 'Gadget', 'Draft']) {
      assert.equal(all.filter((one) => one.kind === kind).length, 1, kind);
    }
    const gadget = { apiVersion: 'client.example.org/v1', kind: 'Gadget', metadata: { name: 'one' } };
    assert.equal((await client.create(gadget)).metadata.namespace, undefined);
    assert.equal(describeObject(referenceOf(gadget)), 'client.example.org/v1 Gadget one');
  });

  test('is watched: what is there comes first, then each change', async () => {
    await client.create(configMap('watched', { a: '1' }, { labels: { watched: 'yes' } }));
    const stop = new AbortController();
    const seen: string[] = [];
    const where = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' };
    for await (const { type, object } of client.watch(where, {
      labelSelector: 'watched',
      signal: stop.signal,
    })) {
      seen.push(type);
      if (type === 'ADDED') await client.patch(referenceOf(object), { data: { a: '2' } });
      if (type === 'MODIFIED') await client.delete(referenceOf(object));
      if (type === 'DELETED') stop.abort();
    }
    assert.deepEqual(seen, ['ADDED', 'MODIFIED', 'DELETED']);
  });

  test('refuses who is nobody, without a word about the credentials', async () => {
    const stranger = new KubernetesClient({
      server: lab.server,
      namespace: 'default',
      insecure: true,
      token: 'secret-token',
    });
    await assert.rejects(stranger.list({ apiVersion: 'v1', kind: 'Secret' }), (error) => {
      assert.ok(hasReason(error, 'Unauthorized'));
      assert.doesNotMatch(JSON.stringify(error, Object.getOwnPropertyNames(error)), /secret-token/);
      return true;
    });
    await stranger.close();
  });
});
