import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readEnvironment } from '../../stacks/environment.ts';
import { type FakeCapability, fakeRegistry } from '../../tests/support/fake-registry.ts';
import { orderByRequirements } from './order.ts';
import { planEnvironment } from './planner.ts';

function plan(capabilities: readonly FakeCapability[], content: unknown = {}, capacity?: { cpu: number }) {
  const registry = fakeRegistry(capabilities);
  const { environment } = readEnvironment('test', content, registry);
  return planEnvironment(environment, registry, {
    today: '2030-01-01',
    capacity: capacity ? { memory: Number.MAX_VALUE, pods: Number.MAX_VALUE, ...capacity } : undefined,
  });
}

describe('the planner', () => {
  test('puts what is required first', () => {
    const result = plan([{ name: 'late', requires: ['early'] }, { name: 'early' }]);
    assert.deepEqual(
      result.plan?.capabilities.map((one) => one.capability),
      ['early', 'late'],
    );
  });

  test('reports a requirement that is off, with the line that mends it', () => {
    const result = plan([{ name: 'late', requires: ['early'] }, { name: 'early' }], {
      capabilities: { early: 'off' },
    });
    assert.equal(result.plan, undefined);
    assert.match(result.violations[0]?.problem ?? '', /requires the capability "early", which is off/);
    assert.match(result.violations[0]?.fix ?? '', /turn on capabilities.early/);
  });

  test('reports a circle by its members', () => {
    const result = plan([
      { name: 'a', requires: ['b'] },
      { name: 'b', requires: ['c'] },
      { name: 'c', requires: ['a'] },
      { name: 'd', requires: ['a'] },
    ]);
    assert.equal(result.violations.length, 1);
    assert.match(result.violations[0]?.problem ?? '', /a → b → c → a/);
  });

  test('refuses a Kubernetes version that an upstream does not support', () => {
    const result = plan([
      { name: 'old', kubernetes: '<1.30' },
      { name: 'new', kubernetes: '>=1.30' },
    ]);
    assert.deepEqual(
      result.violations.map((one) => one.path),
      ['cluster.version'],
    );
    assert.equal(result.violations[0]?.value, '1.36');
  });

  test('refuses two owners of one namespace', () => {
    const result = plan([
      { name: 'a', namespaces: ['shared'] },
      { name: 'b', namespaces: ['shared'] },
    ]);
    assert.match(result.violations[0]?.problem ?? '', /"shared", which a already owns/);
  });

  test('refuses two releases of the same definitions', () => {
    const bundle = { name: 'gadgets', licence: 'MIT', source: '', mirrorFolder: '', kinds: [] };
    const result = plan([
      { name: 'a', crds: [{ ...bundle, version: '1' }] },
      { name: 'b', crds: [{ ...bundle, version: '2' }] },
    ]);
    assert.match(result.violations[0]?.problem ?? '', /gadgets definitions at 2, but .* needs them at 1/);
  });

  test('refuses what does not fit on the nodes', () => {
    const result = plan([{ name: 'big', footprint: { cpu: 10 } }], {}, { cpu: 4 });
    assert.match(result.violations[0]?.problem ?? '', /10 cores of 4/);
  });

  test('refuses an exception that has run out, and one that nothing uses', () => {
    const exception = { rule: 'egress', to: '192.0.2.0/24', reason: 'settlement with the bank' };
    const result = plan([{ name: 'a' }], {
      exceptions: [
        { ...exception, capability: 'a', until: '2029-12-31' },
        { ...exception, capability: 'b', until: '2031-01-01' },
      ],
    });
    assert.deepEqual(
      result.violations.map((one) => one.path),
      ['exceptions.0.until', 'exceptions.1.capability'],
    );
  });

  test('reports everything at once', () => {
    const result = plan([
      { name: 'a', requires: ['missing'], kubernetes: '<1.30' },
      { name: 'b', requires: ['c'], check: () => [{ path: 'size', problem: 'too odd' }] },
      { name: 'c', requires: ['b'] },
    ]);
    assert.deepEqual(result.violations.map((one) => one.path).sort(), [
      'capabilities',
      'capabilities.a',
      'capabilities.b.size',
      'cluster.version',
    ]);
  });

  test('gives equal plans for equal input', () => {
    const capabilities = [{ name: 'a', requires: ['b'] }, { name: 'b' }];
    assert.deepEqual(plan(capabilities), plan(capabilities));
  });
});

describe('ordering by requirements', () => {
  /** Any set of names, each requiring some of those before it in a hidden order, shown shuffled. */
  const acyclic = fc
    .uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 })
    .chain((names) =>
      fc.record({
        items: fc.tuple(...names.map((_, index) => fc.subarray(names.slice(0, index)))).chain((requires) =>
          fc.shuffledSubarray(
            names.map((name, index) => ({ name, requires: requires[index] ?? [] })),
            { minLength: names.length },
          ),
        ),
      }),
    );

  test('places everything once and after what it requires', () => {
    fc.assert(
      fc.property(acyclic, ({ items }) => {
        const { names, violations } = orderByRequirements(items);
        assert.deepEqual(violations, []);
        assert.deepEqual([...names].sort(), items.map((item) => item.name).sort());
        for (const item of items) {
          for (const required of item.requires) assert.ok(names.indexOf(required) < names.indexOf(item.name));
        }
      }),
    );
  });

  test('never loses a name, whatever is required', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const anything = fc.uniqueArray(fc.record({ name, requires: fc.uniqueArray(name) }), {
      selector: (item) => item.name,
    });
    fc.assert(
      fc.property(anything, (items) => {
        const { names } = orderByRequirements(items);
        assert.deepEqual([...names].sort(), items.map((item) => item.name).sort());
      }),
    );
  });
});
