/**
 * A server to be overloaded, in a process of its own, whose capacity is known: with `compute` its work holds the event
 * loop, with `wait` it waits for one of a few slots behind it, as a database has connections. Neither takes processor
 * time, of which a busy machine gives more or less. It tells its address to the process that started it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import fastify from 'fastify';
import { httpServer } from '../src/http/index.ts';

/** What the server has used since it was started. */
export interface OverloadServerUsage {
  /** Pieces of work that were done, and how long all of them took together, side by side ones each. */
  readonly works: number;
  readonly workMilliseconds: number;
  /** For how long, between pieces of work that hold the event loop, it was ready to run and had no processor. */
  readonly starvedMilliseconds: number;
  readonly nowMilliseconds: number;
}

/** How much it can do at a time, and how long it takes for it. */
export const overloadCapacity = {
  compute: { places: 1, milliseconds: 10 },
  wait: { places: 8, milliseconds: 40 },
} as const;

const [mode, shedding = 'on'] = process.argv.slice(2);
if (mode === 'compute' || mode === 'wait') await serve(mode);

async function serve(kind: keyof typeof overloadCapacity): Promise<void> {
  const { places, milliseconds } = overloadCapacity[kind];
  const app = fastify({ forceCloseConnections: true });
  await app.register(httpServer(shedding === 'off' ? { shedding: false } : {}).plugin);

  let free: number = places;
  let works = 0;
  let workMilliseconds = 0;
  let starvedAtWork = 0;
  const waiting: (() => void)[] = [];
  const never = new Int32Array(new SharedArrayBuffer(4));

  function measure(began: number): void {
    works += 1;
    workMilliseconds += performance.now() - began;
  }

  /** Takes whoever comes, in order, however many wait. */
  async function useSlot(): Promise<void> {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    const began = performance.now();
    await sleep(milliseconds);
    measure(began);
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  }

  function holdEventLoop(): void {
    const began = performance.now();
    const starved = starvation();
    Atomics.wait(never, 0, 0, milliseconds);
    starvedAtWork += starvation() - starved;
    measure(began);
  }

  app.get('/work', async () => {
    if (kind === 'wait') await useSlot();
    else holdEventLoop();
    return { done: true };
  });
  app.get('/usage', { config: { shedding: false } }, (): OverloadServerUsage => {
    const starvedMilliseconds = kind === 'compute' ? starvation() - starvedAtWork : 0;
    return { works, workMilliseconds, starvedMilliseconds, nowMilliseconds: performance.now() };
  });

  process.on('disconnect', () => process.exit());
  process.send?.(await app.listen({ port: 0, host: '127.0.0.1' }));
}

/** Milliseconds for which the main thread has been kept waiting for a processor; 0 where the system does not tell. */
function starvation(): number {
  const path = '/proc/self/schedstat';
  return existsSync(path) ? Number(readFileSync(path, 'utf8').split(' ')[1]) / 1e6 : 0;
}
