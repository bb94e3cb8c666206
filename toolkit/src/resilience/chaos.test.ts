import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultPlan, VirtualClock } from '../testing/index.ts';
import { chaos, InjectedFaultError, pipeline, TimeoutError, timeout } from './index.ts';

test('faults happen as planned: latency holds up, an error fails, a drop never answers', async () => {
  const clock = new VirtualClock();
  const boom = new Error('boom');
  const plan = new FaultPlan({ edges: ['stock'] })
    .add('stock', { latency: 30, times: 1 })
    .add('stock', { error: boom, times: 1 })
    .add('stock', { error: true, latency: 20, times: 1 })
    .add('stock', { drop: true, times: 1 });
  const faulty = chaos({ faults: plan.edge('stock'), clock });
  const calls = pipeline([timeout({ after: 100, clock }), faulty]);
  let runs = 0;
  const work = (): number => {
    runs++;
    return clock.now();
  };
  const outcomes = [
    calls.execute(work).then((at) => assert.equal(at, 30)),
    assert.rejects(calls.execute(work), boom),
    assert.rejects(calls.execute(work), InjectedFaultError),
    assert.rejects(calls.execute(work), TimeoutError),
    calls.execute(work).then((at) => assert.equal(at, 0)),
  ];
  await clock.runAll();
  await Promise.all(outcomes);
  assert.equal(runs, 2);
  assert.deepEqual(faulty.snapshot().counters, { passed: 1, delayed: 2, failed: 2, dropped: 1 });
  assert.equal(plan.injected.length, 4);
  assert.equal(clock.pending, 0);
});

test('a dropped call ends with its caller, and a disabled plan leaves everything alone', async () => {
  const plan = new FaultPlan({ edges: ['stock'] }).add('stock', { drop: true });
  let enabled = false;
  const faulty = chaos({ faults: plan.edge('stock'), enabled: () => enabled });
  assert.equal(await faulty.execute(() => 1), 1);
  enabled = true;
  const controller = new AbortController();
  const outcome = assert.rejects(
    faulty.execute(() => 1, { signal: controller.signal }),
    /left/,
  );
  controller.abort(new Error('left'));
  await outcome;
});

test('a fault source that throws fails the call', async () => {
  const faulty = chaos({
    faults: {
      next: () => {
        throw new Error('broken plan');
      },
    },
  });
  await assert.rejects(
    faulty.execute(() => 1),
    /broken plan/,
  );
});
