import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubernetesObject } from '../../kubernetes/index.ts';
import { remindOfDefinition } from './forgotten-definition.ts';

function definition(conditions: Record<string, 'True' | 'False'>): KubernetesObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.org' },
    status: { conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })) },
  };
}

/** What is patched, by name. */
async function patchesFor(object: KubernetesObject): Promise<unknown[]> {
  const patches: unknown[] = [];
  const patch = async ({ name }: { name: string }, body: unknown) => {
    patches.push([name, body]);
    return object;
  };
  assert.equal(await remindOfDefinition({ patch }, object), patches.length > 0);
  return patches;
}

describe('a definition', () => {
  test('whose names are accepted and which is not established is updated, and nothing of it stays', async () => {
    const patches = await patchesFor(definition({ NamesAccepted: 'True', Established: 'False' }));
    assert.deepEqual(patches, [
      ['things.example.org', { metadata: { annotations: { 'ninefold.dev/reminder': '' } } }],
      ['things.example.org', { metadata: { annotations: { 'ninefold.dev/reminder': null } } }],
    ]);
  });

  test('in any other state is left alone, and so is any other object', async () => {
    assert.deepEqual(await patchesFor(definition({ NamesAccepted: 'True', Established: 'True' })), []);
    assert.deepEqual(await patchesFor(definition({ NamesAccepted: 'False', Established: 'False' })), []);
    assert.deepEqual(await patchesFor(definition({})), []);
    assert.deepEqual(await patchesFor({ ...definition({}), status: { conditions: null } }), []);
    assert.deepEqual(await patchesFor({ ...definition({}), status: null }), []);
    const other = { ...definition({ NamesAccepted: 'True' }), kind: 'Deployment', apiVersion: 'apps/v1' };
    assert.deepEqual(await patchesFor(other), []);
  });
});
