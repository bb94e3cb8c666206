import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { closedLoop, type OpenLoopResult, openLoop } from '../../test-support/open-loop.ts';
import { overloadCapacity, type OverloadServerUsage } from '../../test-support/overload-server.ts';

const program = fileURLToPath(new URL('../../test-support/overload-server.ts', import.meta.url));
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) if (child.connected) child.disconnect();
});

/** Three times what the server can do, whatever it answers, with callers who wait a second. */
const FACTOR = 3;
const SECONDS = 4;
const DEADLINE = 1_000;

type Mode = keyof typeof overloadCapacity;

/** Loads a server; gives its goodput as a share of its capacity, and how much of its work was for nothing. */
async function overload(mode: Mode, shedding: 'on' | 'off') {
  const { places, milliseconds } = overloadCapacity[mode];
  const child = fork(program, [mode, shedding]);
  children.push(child);
  const [origin] = (await once(child, 'message')) as [string];
  const usage = async () => (await (await fetch(`${origin}/usage`)).json()) as OverloadServerUsage;
  // One request more than there are places, so that none is ever empty.
  await closedLoop({ origin, path: '/work', connections: places + 1, requests: 10 * places });
  const idle = await usage();
  await closedLoop({ origin, path: '/work', connections: places + 1, requests: 30 * places });
  const calm = await usage();
  const result = await openLoop({
    origin,
    path: '/work',
    rate: (FACTOR * places * 1_000) / milliseconds,
    seconds: SECONDS,
    deadline: DEADLINE,
    connections: 2_000,
  });
  const end = await usage();
  child.disconnect();
  // What a machine that is busy with something else takes away is no part of the capacity: work that it woke late
  // counts as it went, and time without a processor not at all.
  const unloaded = spent(idle, calm);
  const loaded = spent(calm, end);
  const beside = Math.max(0, (places * unloaded.elapsed) / unloaded.works - unloaded.took);
  const capacity = (places * loaded.elapsed) / (loaded.took + beside);
  const goodput = result.good / capacity;
  return { goodput, useful: result.good / loaded.works, result, told: tell(result, loaded.works, goodput) };
}

/** What a server did between two moments; times in milliseconds. */
function spent(before: OverloadServerUsage, after: OverloadServerUsage) {
  const works = after.works - before.works;
  const starved = after.starvedMilliseconds - before.starvedMilliseconds;
  return {
    works,
    took: (after.workMilliseconds - before.workMilliseconds) / works,
    elapsed: after.nowMilliseconds - before.nowMilliseconds - starved,
  };
}

function tell(
  { offered, good, late, refused, failed }: OpenLoopResult,
  works: number,
  goodput: number,
): string {
  return (
    `${goodput} of the capacity went into good answers; of ${offered} requests ${good} were answered well, ` +
    `${late} late, ${refused} refused, ${failed} failed, and ${works} worked on`
  );
}

describe('a server of which nothing was configured, at three times what it can do', () => {
  for (const [mode, what] of [
    ['compute', 'its event loop'],
    ['wait', 'what it waits for'],
  ] as const) {
    it(`keeps ${what} busy with good answers: goodput is 85 % of capacity`, async () => {
      const { goodput, result, told } = await overload(mode, 'on');
      assert.ok(goodput >= 0.85, told);
      assert.ok(result.refused > result.offered / 2, told);
      assert.equal(result.failed, 0, told);
    });
  }

  it('would, without shedding, work for callers who are gone', async () => {
    const { useful, told } = await overload('wait', 'off');
    assert.ok(useful < 0.6, told);
  });
});
