import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { closedLoop, type OpenLoopResult, openLoop } from '../../test-support/open-loop.ts';
import type { OverloadServerUsage } from '../../test-support/overload-server.ts';

const program = fileURLToPath(new URL('../../test-support/overload-server.ts', import.meta.url));
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) if (child.connected) child.disconnect();
});

/** Three times what the server can do, whatever it answers, with callers who wait a second. */
const FACTOR = 3;
const DEADLINE = 1_000;
const CONNECTIONS = 500;

async function start(mode: 'compute' | 'wait', shedding: 'on' | 'off' = 'on') {
  const child = fork(program, [mode, shedding]);
  children.push(child);
  const [origin] = (await once(child, 'message')) as [string];
  const usage = async () => (await (await fetch(`${origin}/usage`)).json()) as OverloadServerUsage;
  return { child, origin, usage };
}

function tell({ offered, good, late, refused, failed }: OpenLoopResult): string {
  return `of ${offered}: ${good} good, ${late} late, ${refused} refused, ${failed} failed`;
}

describe('a server of which nothing was configured, at three times what it can do', () => {
  it('spends its processor on good answers', async () => {
    const { child, origin, usage } = await start('compute');
    await closedLoop({ origin, path: '/work', connections: 2, requests: 30 });
    const idle = await usage();
    const requests = 60;
    await closedLoop({ origin, path: '/work', connections: 2, requests });
    const calm = await usage();
    // In processor time, of which a busy machine gives more or less, but for which the work always takes the same.
    const perAnswer = (calm.processorMilliseconds - idle.processorMilliseconds) / requests;
    const rate = (FACTOR * 1000) / perAnswer;
    const result = await openLoop({
      origin,
      path: '/work',
      rate,
      seconds: 4,
      deadline: DEADLINE,
      connections: CONNECTIONS,
    });
    const end = await usage();
    const spent = end.processorMilliseconds - calm.processorMilliseconds;
    const share = (result.good * perAnswer) / spent;
    const active = end.activeMilliseconds - calm.activeMilliseconds;
    const utilization = active / (active + end.idleMilliseconds - calm.idleMilliseconds);
    child.disconnect();
    assert.ok(result.refused > 0, tell(result));
    assert.ok(share >= 0.85, `${share} of the processor's time went into good answers; ${tell(result)}`);
    assert.ok(utilization >= 0.85, `it was at work for ${utilization} of the time; ${tell(result)}`);
  });

  it('keeps what it waits for busy with good answers', async () => {
    const { good, used, busy, result } = await loadSlots('on');
    assert.ok(good / used >= 0.85, `${good} good answers for ${used} uses; ${tell(result)}`);
    assert.ok(busy >= 0.85, `the slots were in use for ${busy} of the time; ${tell(result)}`);
  });

  it('would, without shedding, work for callers who are gone', async () => {
    const { good, used, result } = await loadSlots('off');
    assert.ok(good / used < 0.6, `${good} good answers for ${used} uses; ${tell(result)}`);
  });

  async function loadSlots(shedding: 'on' | 'off') {
    const { child, origin, usage } = await start('wait', shedding);
    const capacity = await closedLoop({ origin, path: '/work', connections: 8, requests: 200 });
    const before = await usage();
    const result = await openLoop({
      origin,
      path: '/work',
      rate: Math.min(FACTOR * capacity, 1_200),
      seconds: 4,
      deadline: DEADLINE,
      connections: 4 * CONNECTIONS,
    });
    const end = await usage();
    child.disconnect();
    const used = end.slotsUsed - before.slotsUsed;
    const elapsed = end.nowMilliseconds - before.nowMilliseconds;
    const busy = (end.slotMilliseconds - before.slotMilliseconds) / elapsed;
    return { good: result.good, used, busy, result };
  }
});
