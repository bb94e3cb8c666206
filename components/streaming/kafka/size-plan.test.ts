import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { planPools, planReplication } from './size-plan.ts';

const brokers = fc.integer({ min: 1, max: 99 });

describe('replication that is worked out', () => {
  test('never has more copies than brokers', () => {
    fc.assert(fc.property(brokers, (count) => planReplication(count).factor <= count));
  });

  test('lets one broker be away wherever there is more than one copy', () => {
    fc.assert(
      fc.property(brokers, (count) => {
        const { factor, minInSync } = planReplication(count);
        return factor === 1 ? minInSync === 1 : minInSync < factor;
      }),
    );
  });

  test('keeps three copies, two of them written, as soon as there are three brokers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 99 }), (count) => {
        assert.deepEqual(planReplication(count), { factor: 3, minInSync: 2 });
      }),
    );
  });

  test('never gets worse when brokers are added', () => {
    fc.assert(
      fc.property(brokers, (count) => {
        const [less, more] = [planReplication(count), planReplication(count + 1)];
        return more.factor >= less.factor && more.minInSync >= less.minInSync;
      }),
    );
  });

  test('takes what is asked for, and works out the rest from it', () => {
    fc.assert(
      fc.property(
        brokers,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 6 }),
        (count, factor, minInSync) => {
          assert.deepEqual(planReplication(count, { factor, minInSync }), { factor, minInSync });
          assert.deepEqual(planReplication(count, { factor }), {
            factor,
            minInSync: Math.max(1, factor - 1),
          });
          assert.equal(planReplication(count, { minInSync }).factor, planReplication(count).factor);
        },
      ),
    );
  });
});

describe('node pools', () => {
  const controllers = fc.constantFrom(0, 3, 5);

  test('hold every broker and every controller once', () => {
    fc.assert(
      fc.property(brokers, controllers, (count, coordinating) => {
        const pools = planPools(count, coordinating);
        const nodes = (role: 'broker' | 'controller') =>
          pools.filter((pool) => pool.roles.includes(role)).reduce((sum, pool) => sum + pool.replicas, 0);
        assert.equal(nodes('broker'), count);
        assert.equal(nodes('controller'), coordinating === 0 ? count : coordinating);
        assert.equal(new Set(pools.map((pool) => pool.name)).size, pools.length);
      }),
    );
  });

  test('mix roles only where there are no controllers of their own', () => {
    fc.assert(
      fc.property(brokers, controllers, (count, coordinating) => {
        const mixed = planPools(count, coordinating).some((pool) => pool.roles.length > 1);
        return mixed === (coordinating === 0);
      }),
    );
  });
});
