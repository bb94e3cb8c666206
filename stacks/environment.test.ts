import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { registry } from '../components/registry.ts';
import { fakeRegistry } from '../tests/support/fake-registry.ts';
import { readEnvironment } from './environment.ts';

const two = fakeRegistry([{ name: 'first' }, { name: 'second' }]);

describe('an environment', () => {
  test('that says nothing is a minimal lab with every default', () => {
    const { environment, violations } = readEnvironment('empty', {}, two);
    assert.deepEqual(violations, []);
    assert.equal(environment.profile, 'minimal');
    assert.equal(environment.cluster.kind, 'lab');
    assert.equal(environment.protection, false);
    assert.deepEqual(
      environment.capabilities.map((one) => [one.capability, one.implementation]),
      [
        ['first', 'standard'],
        ['second', 'standard'],
      ],
    );
  });

  test('takes the sizes of its profile, and what is given wins field by field', () => {
    const content = { profile: 'production', capabilities: { first: { nested: { text: 'mine' } } } };
    const { environment, violations } = readEnvironment('some', content, two);
    assert.deepEqual(violations, []);
    assert.deepEqual(environment.capabilities[0]?.settings, {
      replicas: 3,
      nested: { text: 'mine', list: ['a'] },
    });
    assert.equal(environment.protection, true);
  });

  test('replaces lists whole', () => {
    const content = { capabilities: { first: { nested: { list: ['b', 'c'] } } } };
    const { environment } = readEnvironment('some', content, two);
    assert.deepEqual(environment.capabilities[0]?.settings, {
      replicas: 1,
      nested: { text: 'plain', list: ['b', 'c'] },
    });
  });

  for (const written of ['off', false]) {
    test(`turns a capability off by ${JSON.stringify(written)}`, () => {
      const { environment } = readEnvironment('some', { capabilities: { first: written } }, two);
      assert.deepEqual(
        environment.capabilities.map((one) => one.capability),
        ['second'],
      );
    });
  }

  test('reports every problem at once, each with its path and value', () => {
    const content = {
      profile: 'huge',
      colour: 'red',
      cluster: { kind: 'existing' },
      capabilities: {
        first: { replicas: 'many', nested: { txt: 1 } },
        second: 'cassandra',
        third: 'on',
      },
      exceptions: [
        { rule: 'egress', capability: 'first', to: 'everywhere', reason: 'short', until: 'later' },
      ],
    };
    const { violations } = readEnvironment('bad', content, two);
    const paths = violations.map((violation) => violation.path).sort();
    assert.deepEqual(paths, [
      'capabilities.first.nested.txt',
      'capabilities.first.replicas',
      'capabilities.second.use',
      'capabilities.third',
      'cluster.context',
      'colour',
      'exceptions.0.reason',
      'exceptions.0.to',
      'exceptions.0.until',
      'profile',
    ]);
    assert.equal(violations.find((one) => one.path === 'capabilities.second.use')?.value, 'cassandra');
    assert.equal(violations.find((one) => one.path === 'profile')?.allowed, 'minimal, small, production');
  });

  test('of the real registry is valid in every profile without saying more', () => {
    for (const profile of ['minimal', 'small', 'production']) {
      assert.deepEqual(readEnvironment('some', { profile }, registry).violations, [], profile);
    }
  });
});
