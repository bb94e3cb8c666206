import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fastify from 'fastify';
import { Pool } from 'undici';
import { HeldClock } from '../../test-support/held-clock.ts';
import { httpServer } from './index.ts';

/**
 * Real connections on a virtual clock: work takes its time, and the machine none, so that what a server can do is
 * known and what it does is the same on a machine that is busy with something else. `npm run bench -- overload`
 * measures it with all that a refusal costs.
 */
const FACTOR = 3;
/** For how long the load lasts: with shedding until limits are found, and half of it without. */
const SECONDS = 6;
/** Milliseconds for which callers wait. */
const DEADLINE = 1_000;

/** What a server can do at a time, and for how many milliseconds it does it. */
const servers = {
  compute: { places: 1, milliseconds: 10 },
  wait: { places: 8, milliseconds: 40 },
} as const;

const closing: (() => Promise<unknown>)[] = [];
after(() => Promise.all(closing.map((close) => close())));

interface Outcome {
  readonly offered: number;
  /** Answered 200 in time, answered 200 later, answered otherwise. */
  readonly good: number;
  readonly late: number;
  readonly refused: number;
  readonly works: number;
  /** Good answers as a share of what the server could have done in the time it took. */
  readonly goodput: number;
}

/** Sends requests at a rate that does not depend on the answers. */
async function overload(mode: keyof typeof servers, shedding: 'on' | 'off'): Promise<Outcome> {
  const { places, milliseconds } = servers[mode];
  const clock = new HeldClock();
  const counts = { good: 0, late: 0, refused: 0, works: 0 };
  const app = fastify({ forceCloseConnections: true });
  await app.register(httpServer({ clock, ...(shedding === 'off' && { shedding: false }) }).plugin);
  let free: number = places;
  const waiting: (() => void)[] = [];
  /** Takes whoever comes, in order, however many wait. */
  const useSlot = async () => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    await clock.sleep(milliseconds);
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  app.get('/work', async () => {
    if (mode === 'wait') await useSlot();
    else clock.hold(milliseconds);
    counts.works += 1;
    return { done: true };
  });
  const pool = new Pool(await app.listen({ port: 0, host: '127.0.0.1' }), {
    connections: 2_000,
    pipelining: 1,
  });
  closing.push(() => pool.close().then(() => app.close()));

  const send = async (): Promise<void> => {
    const started = clock.now();
    const headers = { 'grpc-timeout': `${DEADLINE}m` };
    const { statusCode, body } = await pool.request({ path: '/work', method: 'GET', headers });
    await body.dump();
    if (statusCode !== 200) counts.refused += 1;
    else if (clock.now() - started > DEADLINE) counts.late += 1;
    else counts.good += 1;
  };
  const interval = milliseconds / places / FACTOR;
  const seconds = shedding === 'on' ? SECONDS : SECONDS / 2;
  const offered = Math.round((seconds * 1_000) / interval);
  const began = clock.now();
  const requests: Promise<void>[] = [];
  let failure: unknown;
  const settled = () => counts.good + counts.late + counts.refused;
  while (settled() < offered && failure === undefined) {
    const now = clock.now();
    const due = Math.min(offered, Math.floor((now - began) / interval) + 1);
    while (requests.length < due) requests.push(send().catch((error: unknown) => void (failure = error)));
    // What is on its way over connections arrives meanwhile.
    for (let count = 0; count < 3; count += 1) await turn();
    await clock.advance(clock.now() > now ? 0 : interval);
  }
  await Promise.all(requests);
  assert.equal(failure, undefined);
  const capacity = ((clock.now() - began) / milliseconds) * places;
  return { offered, ...counts, goodput: counts.good / capacity };
}

describe('a server of which nothing was configured, at three times what it can do', () => {
  for (const [mode, what] of [
    ['compute', 'its event loop'],
    ['wait', 'what it waits for'],
  ] as const) {
    it(`keeps ${what} busy with good answers: goodput is 85 % of capacity`, async () => {
      const outcome = await overload(mode, 'on');
      assert.ok(outcome.goodput >= 0.85, JSON.stringify(outcome));
      assert.ok(outcome.refused > outcome.offered / 2, JSON.stringify(outcome));
    });
  }

  for (const mode of ['compute', 'wait'] as const) {
    it(`would, without shedding, work for callers who are gone when its bottleneck is to ${mode}`, async () => {
      const outcome = await overload(mode, 'off');
      assert.ok(outcome.goodput < 0.6, JSON.stringify(outcome));
      assert.ok(outcome.works > outcome.good, JSON.stringify(outcome));
    });
  }
});
