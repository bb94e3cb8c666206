import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Access, type AclRule, type GroupPattern, planAcls } from './acl-plan.ts';

const topic = fc.constantFrom('orders', 'orders.placed', 'payments', 'prices', 'audit');
const group = fc.oneof(
  fc.constantFrom('orders', 'billing', 'audit'),
  fc.record({ prefix: fc.constantFrom('orders-', 'audit-') }),
);
const access: fc.Arbitrary<Access> = fc.record({
  publishes: fc.array(topic, { maxLength: 4 }),
  consumes: fc.array(fc.record({ topic, group }), { maxLength: 4 }),
  transactions: fc.option(fc.constantFrom('orders', 'billing'), { nil: undefined }),
  inspects: fc.array(topic, { maxLength: 2 }),
});

/** One right as a text: what, by its whole name or its beginning, and which operation. */
type Right = string;

function right(type: string, pattern: GroupPattern, operation: string): Right {
  return typeof pattern === 'string'
    ? `${operation} ${type} ${pattern}`
    : `${operation} ${type} ${pattern.prefix}*`;
}

/** What an access means, said independently of the planner. */
function meaning(wanted: Access): Set<Right> {
  const rights = new Set<Right>();
  for (const name of wanted.publishes) rights.add(right('topic', name, 'Write'));
  for (const { topic: name, group: pattern } of wanted.consumes) {
    rights.add(right('topic', name, 'Read'));
    rights.add(right('group', pattern, 'Read'));
  }
  for (const name of wanted.inspects ?? []) rights.add(right('topic', name, 'DescribeConfigs'));
  if (wanted.transactions) rights.add(right('transactionalId', { prefix: wanted.transactions }, 'Write'));
  return rights;
}

function granted(rules: readonly AclRule[]): Right[] {
  return rules.flatMap(({ resource, operations }) =>
    operations.map((operation) => {
      const { type, name, patternType } = resource;
      return right(type, patternType === 'literal' ? name : { prefix: name }, operation);
    }),
  );
}

describe('access rules', () => {
  test('grant exactly what is asked for, each right once', () => {
    fc.assert(
      fc.property(access, (wanted) => {
        const rights = granted(planAcls(wanted));
        assert.deepEqual([...rights].sort(), [...meaning(wanted)].sort());
      }),
    );
  });

  test('never touch the cluster, never name everything, and never deny', () => {
    fc.assert(
      fc.property(access, (wanted) => {
        for (const { type, resource } of planAcls(wanted)) {
          assert.equal(type, 'allow');
          assert.ok(['topic', 'group', 'transactionalId'].includes(resource.type));
          assert.notEqual(resource.name, '*');
          assert.notEqual(resource.name, '');
        }
      }),
    );
  });

  test('have one rule for each resource', () => {
    fc.assert(
      fc.property(access, (wanted) => {
        const resources = planAcls(wanted).map((rule) => JSON.stringify(rule.resource));
        return new Set(resources).size === resources.length;
      }),
    );
  });

  test('do not depend on the order in which access is written down', () => {
    const shuffled = access.chain((wanted) =>
      fc.record({
        wanted: fc.constant(wanted),
        publishes: fc.shuffledSubarray([...wanted.publishes], { minLength: wanted.publishes.length }),
        consumes: fc.shuffledSubarray([...wanted.consumes], { minLength: wanted.consumes.length }),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ wanted, publishes, consumes }) => {
        assert.deepEqual(planAcls({ ...wanted, publishes, consumes }), planAcls(wanted));
      }),
    );
  });

  test('only grow when access grows', () => {
    fc.assert(
      fc.property(access, topic, (wanted, more) => {
        const after = new Set(granted(planAcls({ ...wanted, publishes: [...wanted.publishes, more] })));
        return granted(planAcls(wanted)).every((one) => after.has(one));
      }),
    );
  });
});
