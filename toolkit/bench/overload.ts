/**
 * What a server still does at three times what it can do, nothing configured: answers in time each second, compared
 * with those of as many callers as it can serve. Once its own processor is the bottleneck, once something behind it.
 * Wants a processor for itself: the load and the server compute at the same time.
 *
 *     node toolkit/bench/overload.ts [--json]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { closedLoop, openLoop } from './open-loop.ts';
import { type Finding, report } from './promise.ts';

const FACTOR = 3;
const SECONDS = 10;
/** Milliseconds for which callers wait. */
const DEADLINE = 1_000;
/** Milliseconds after which a server has got over it. */
const RECOVERY = 3_000;
/** Callers that keep a server busy and make nobody wait; and requests that they send before anything counts. */
const servers = {
  compute: { what: 'its processor', callers: 2, requests: 200 },
  wait: { what: 'what it waits for', callers: 8, requests: 1_000 },
} as const;

const findings: Finding[] = [];
const measured: Record<string, Record<string, string>> = {};
for (const [mode, { what, callers, requests }] of Object.entries(servers)) {
  const child = fork(join(import.meta.dirname, 'overload-server.ts'), [mode]);
  const [origin] = (await once(child, 'message')) as [string];
  const calm = { origin, path: '/work', connections: callers, requests };
  await closedLoop(calm);
  const before = await closedLoop(calm);
  const load = { origin, path: '/work', seconds: SECONDS, deadline: DEADLINE, connections: 2_000 };
  const { good, late, refused, failed } = await openLoop({ ...load, rate: FACTOR * before });
  // A server that was overloaded a moment ago still refuses what it would take otherwise.
  await sleep(RECOVERY);
  const after = await closedLoop(calm);
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
  // What else the machine does changes what the server can do: the mean of before and after.
  const capacity = (before + after) / 2;
  findings.push({
    what: `${FACTOR} times too much for ${what}: good answers / capacity`,
    value: good / SECONDS / capacity,
    unit: '×',
    wanted: { atLeast: 0.85 },
  });
  measured[`too much for ${what}`] = {
    'capacity, answers a second': capacity.toFixed(0),
    'answered in time': String(good),
    'answered late': String(late),
    refused: String(refused),
    'not answered': String(failed),
  };
}
report({ findings, measured });
