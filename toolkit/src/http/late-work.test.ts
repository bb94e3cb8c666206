import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { after, before, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fastify from 'fastify';
import {
  currentContext,
  DeadlineExceeded,
  deriveContext,
  rootContext,
  runInContext,
} from '../context/index.ts';
import { sqlSettings } from '../context/sql.ts';
import { callPipeline } from '../resilience/index.ts';
import { seededRandom, VirtualClock } from '../testing/index.ts';
import { type HttpClient, httpClient, type HttpServer, httpServer, ProblemError } from './index.ts';

/**
 * Three services and a caller, over real connections, on a virtual clock: what time it is when something begins is
 * exact then, however busy the machine is.
 */
const clock = new VirtualClock();
const random = seededRandom('late work');
const ORIGINALS = 1_000;
/** Virtual milliseconds between two requests: far more than the services can do. */
const PAUSE = 5;
/** Travels with the context: when the caller of all needs no answer any more. */
const originalKey = 'original-deadline';
/** Virtual milliseconds that requests and aborts may be on their way, since time moves while they are. */
const TRANSIT = 50;
/** Under which a handler tells the deadline of its request, so that what is sent can be held against it. */
const deadlineField = 'x-deadline';

type Work = 'handler' | 'call' | 'statement';

/** Work that began, by the time that was left then. */
const begun: Record<Work, number[]> = { handler: [], call: [], statement: [] };
/** Work that was about to begin after its deadline, and did not. */
const prevented = { call: 0, statement: 0 };
/** How work that heeds its signal ended, by the time that was left then. */
const finished: number[] = [];
const aborted: number[] = [];
let retries = 0;
let running = 0;
let stubbornAfterDeadline = 0;
/** How long after the original deadline something began, at most. */
let latest = Number.NEGATIVE_INFINITY;

const servers: HttpServer[] = [];
const closing: (() => Promise<unknown>)[] = [];

/** Something begins in a service. */
function begin(work: Work): void {
  begun[work].push(left());
  latest = Math.max(latest, clock.wall() - Number(currentContext().baggage[originalKey]));
}

function left(): number {
  return (currentContext().deadline ?? Number.POSITIVE_INFINITY) - clock.wall();
}

/** Whole milliseconds, as clocks and timeouts of services are. */
function between(least: number, most: number): number {
  return Math.round(least + random() * (most - least));
}

/** A service with one route. */
async function serve(name: string, work: () => Promise<unknown>): Promise<HttpClient> {
  const app = fastify({ forceCloseConnections: true });
  const http = httpServer({ name, trusted: true, clock });
  servers.push(http);
  await app.register(http.plugin);
  app.get('/', async () => {
    begin('handler');
    running += 1;
    try {
      return (await work()) ?? {};
    } finally {
      running -= 1;
    }
  });
  const baseUrl = await app.listen({ port: 0, host: '127.0.0.1' });
  const client = httpClient({
    service: name,
    baseUrl,
    // A circuit breaker would open, and keep away what is to be seen here.
    resilience: callPipeline({
      name,
      deadline: 5_000,
      retries: 2,
      concurrency: 100,
      breaker: { minimumCalls: 1e9 },
      clock,
    }),
    clock,
    observers: [{ finished: ({ number }) => void (retries += number > 1 ? 1 : 0) }],
  });
  closing.push(() => client.close().then(() => app.close()));
  return client;
}

/** Calls a service, as a handler that has not noticed that its time may be over. */
async function call(service: HttpClient): Promise<void> {
  const isLate = left() <= 0;
  const headers = { [deadlineField]: String(currentContext().deadline) };
  try {
    const { status } = await service.request({ path: '/', headers });
    if (status !== 200) throw new ProblemError({ status: 503 });
  } catch (error) {
    if (isLate && error instanceof DeadlineExceeded) prevented.call += 1;
    throw error;
  }
}

/** A statement of SQL as far as the toolkit has to do with one. */
function statement(): void {
  try {
    sqlSettings(currentContext());
  } catch (error) {
    prevented.statement += 1;
    throw error;
  }
  begin('statement');
}

/** A slow job that does something again and again, and stops when it is told to. */
async function heedful(): Promise<void> {
  const { signal } = currentContext();
  try {
    for (let step = 0; step < 20; step += 1) {
      statement();
      await clock.sleep(25, signal);
    }
    finished.push(left());
  } catch (error) {
    aborted.push(left());
    throw error;
  }
}

/** A slow job that listens to nobody. */
async function stubborn(): Promise<void> {
  await clock.sleep(300);
  if (left() <= 0) stubbornAfterDeadline += 1;
  statement();
}

async function backendWork(): Promise<void> {
  const draw = random();
  if (draw < 0.15) throw new ProblemError({ status: 503 });
  if (draw < 0.6) await clock.sleep(5);
  else if (draw < 0.8) await heedful();
  else await stubborn();
}

/** What goes over the wire, when it does. */
function sent(message: unknown): void {
  const { headers } = message as { readonly headers: string };
  const deadline = new RegExp(`^${deadlineField}: (.*)\r$`, 'm').exec(headers)?.[1];
  if (deadline !== undefined) begun.call.push(Number(deadline) - clock.wall());
}

before(() => subscribe('undici:client:sendHeaders', sent));
after(async () => {
  unsubscribe('undici:client:sendHeaders', sent);
  for (const close of closing.reverse()) await close();
});

/** Lets time pass, and what is on its way over connections arrive. */
async function pass(milliseconds: number): Promise<void> {
  await clock.advance(milliseconds);
  for (let count = 0; count < 5; count += 1) await turn();
}

describe('three services under more load than they can bear, the last one slow and failing', () => {
  it('begin nothing after its deadline, and end what has begun', { timeout: 120_000 }, async () => {
    const backend = await serve('backend', backendWork);
    const middle = await serve('middle', async () => {
      await clock.sleep(between(0, 60));
      await call(backend);
      await clock.sleep(between(0, 60));
      await call(backend);
    });
    const front = await serve('front', async () => {
      await clock.sleep(between(0, 20));
      await call(middle);
    });
    let settled = 0;
    let good = 0;
    for (let count = 0; count < ORIGINALS; count += 1) {
      const deadline = clock.wall() + between(50, 500);
      const baggage = { [originalKey]: String(deadline) };
      const context = deriveContext(rootContext, { deadline, baggage, clock });
      void runInContext(context, () => call(front))
        .then(() => (good += 1))
        .catch(() => undefined)
        .finally(() => (settled += 1));
      await pass(PAUSE);
    }
    while (settled < ORIGINALS || running > 0) await pass(5);
    while (servers.some((server) => server.describe().open > 0)) await pass(5);

    const all = Object.fromEntries(Object.entries(begun).map(([work, { length }]) => [work, length]));
    const story = JSON.stringify({
      latest,
      good,
      all,
      prevented,
      retries,
      stubbornAfterDeadline,
      finished: finished.length,
      aborted: aborted.length,
    });
    for (const [work, times] of Object.entries(begun)) {
      assert.ok(times.length > 50, `few of ${work} began: ${story}`);
      assert.deepEqual(
        times.filter((time) => !(time >= 0)),
        [],
        `${work} began after its deadline: ${story}`,
      );
    }
    assert.ok(latest < TRANSIT, `something began ${latest} ms after the caller's deadline: ${story}`);
    assert.ok(aborted.length > 0, story);
    // An abort comes at the deadline or, when the caller is gone, before it; nothing goes on after.
    assert.ok(
      [...aborted, ...finished].every((time) => time >= 0),
      story,
    );
    // All of that only counts if there was something to prevent, and to survive.
    assert.ok(prevented.call > 0 && prevented.statement > 0 && retries > 0, story);
    assert.ok(stubbornAfterDeadline >= prevented.statement && good > 0, story);
  });
});
