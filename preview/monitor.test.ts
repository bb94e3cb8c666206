import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import { ancestors, type GraphResource, mergeGraphs } from './graph.ts';
import { recordProgram } from './monitor.ts';

class Thing extends pulumi.CustomResource {
  declare readonly address: pulumi.Output<string>;
  constructor(name: string, inputs: Record<string, unknown>, options?: pulumi.CustomResourceOptions) {
    super('test:index:Thing', name, { address: undefined, ...inputs }, options);
  }
}

class Group extends pulumi.ComponentResource {
  readonly inner: Thing;
  constructor(name: string) {
    super('test:index:Group', name);
    this.inner = new Thing(`${name}-inner`, {}, { parent: this });
    this.registerOutputs();
  }
}

async function record(program: () => unknown, stack = 'test') {
  const { graph, outputs } = await recordProgram(program, { project: 'ninefold', stack });
  const byName = (name: string): GraphResource => {
    const found = [...graph.values()].find((resource) => resource.name === name);
    assert.ok(found, `${name} was not registered`);
    return found;
  };
  return { graph, outputs, byName };
}

describe('recording a program', () => {
  test('yields types, names, parents and the URNs that an engine would give', async () => {
    const { byName, graph } = await record(() => new Group('group'));
    assert.equal(byName('group').urn, 'urn:pulumi:test::ninefold::test:index:Group::group');
    const inner = byName('group-inner');
    assert.equal(inner.urn, 'urn:pulumi:test::ninefold::test:index:Group$test:index:Thing::group-inner');
    assert.equal(inner.parent, byName('group').urn);
    assert.deepEqual([inner.custom, byName('group').custom], [true, false]);
    assert.equal(graph.size, 3);
  });

  test('keeps values that only a running resource gives unknown, and who they come from', async () => {
    const { byName } = await record(() => {
      const first = new Thing('first', { text: 'plain' });
      new Thing('second', { from: first.address, list: [1, first.address] });
    });
    assert.deepEqual(byName('first').inputs, { text: 'plain' });
    assert.equal(byName('second').inputs.from, undefined);
    assert.deepEqual(byName('second').dependencies, [byName('first').urn]);
  });

  test('unwraps secrets and says where they are', async () => {
    const { byName } = await record(() => {
      new Thing('safe', { open: 1, nested: { password: pulumi.secret('hidden') } });
    });
    assert.deepEqual(byName('safe').inputs, { open: 1, nested: { password: 'hidden' } });
    assert.deepEqual(byName('safe').secretInputs, ['nested.password']);
  });

  test('keeps programs that run at the same time apart', async () => {
    const names = ['a', 'b', 'c'];
    const graphs = await Promise.all(names.map((name) => record(() => new Thing(name, {}), name)));
    for (const [index, { graph }] of graphs.entries()) {
      assert.equal(graph.size, 2);
      assert.ok([...graph.values()].every((resource) => resource.stack === names[index]));
    }
    assert.equal(mergeGraphs(graphs.map((one) => one.graph)).size, 6);
  });

  test('fails when two resources have one name', async () => {
    await assert.rejects(
      record(() => [new Thing('same', {}), new Thing('same', {})]),
      /two resources have the URN/,
    );
  });

  test('passes on what the program throws', async () => {
    await assert.rejects(
      record(() => {
        throw new Error('no such thing');
      }),
      /no such thing/,
    );
  });
});

test('the ancestors of a resource reach through components', async () => {
  const { graph, byName } = await record(() => {
    const group = new Group('group');
    const middle = new Thing('middle', {}, { dependsOn: [group] });
    new Thing('last', {}, { dependsOn: [middle] });
  });
  const found = ancestors(graph, byName('last').urn);
  for (const name of ['middle', 'group-inner']) assert.ok(found.has(byName(name).urn), name);
  assert.ok(!found.has(byName('last').urn));
});
