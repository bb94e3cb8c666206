import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Fault, FaultSource } from '../resilience/index.ts';
import { FaultPlan } from './fault-plan.ts';

function draw(source: FaultSource, calls: number): (Fault | undefined)[] {
  return Array.from({ length: calls }, () => source.next());
}

test('a rule lets calls through first, then happens as often as it says', () => {
  const plan = new FaultPlan({ edges: ['stock'] }).add('stock', { error: true, after: 2, times: 3 });
  const faults = draw(plan.edge('stock'), 8);
  assert.deepEqual(
    faults.map((fault) => fault !== undefined),
    [false, false, true, true, true, false, false, false],
  );
  assert.deepEqual(
    plan.injected.map(({ edge, call }) => `${edge} ${call}`),
    ['stock 3', 'stock 4', 'stock 5'],
  );
  assert.equal(plan.calls('stock'), 8);
});

test('the first rule that applies counts', () => {
  const plan = new FaultPlan({ edges: ['stock'] })
    .add('stock', { latency: 100, times: 1 })
    .add('stock', { drop: true });
  assert.deepEqual(draw(plan.edge('stock'), 3), [{ latency: 100 }, { drop: true }, { drop: true }]);
  plan.clear('stock');
  assert.equal(plan.edge('stock').next(), undefined);
});

test('chance repeats with the seed, keeps its share, and does not depend on other edges', () => {
  fc.assert(
    fc.property(fc.integer(), fc.double({ min: 0.05, max: 0.95, noNaN: true }), (seed, probability) => {
      const make = () =>
        new FaultPlan({ edges: ['stock', 'payments'], seed })
          .add('stock', { error: true, probability })
          .add('payments', { error: true, probability });
      const calls = 2000;
      const alone = draw(make().edge('stock'), calls);
      const mixed = make();
      const beside: (Fault | undefined)[] = [];
      for (let call = 0; call < calls; call++) {
        beside.push(mixed.edge('stock').next());
        mixed.edge('payments').next();
      }
      assert.deepEqual(beside, alone);
      // Six standard deviations of a binomial share.
      const share = alone.filter((fault) => fault !== undefined).length / calls;
      assert.ok(Math.abs(share - probability) < 6 * Math.sqrt((probability * (1 - probability)) / calls));
    }),
    { numRuns: 30 },
  );
});

test('a latency is drawn from its range', () => {
  const plan = new FaultPlan({ edges: ['stock'] }).add('stock', { latency: { from: 100, to: 200 } });
  const latencies = draw(plan.edge('stock'), 100).map((fault) => fault?.latency ?? -1);
  assert.ok(latencies.every((latency) => latency >= 100 && latency <= 200));
  assert.ok(new Set(latencies).size > 90);
});

test('an undeclared edge and a rule out of range are refused, with every violation', () => {
  const plan = new FaultPlan({ edges: ['stock', 'payments'] });
  assert.throws(
    () => plan.add('stocks' as 'stock', { drop: true }),
    /stocks is not declared; .*: stock, payments/,
  );
  assert.throws(() => plan.add('stock', { error: true, probability: 2, after: -1 }), {
    message: /stock\.after is -1.*\n.*stock\.probability is 2/,
  });
  assert.throws(() => plan.add('stock', { times: 3 }), /does nothing/);
});
