/**
 * A server to be overloaded, in a process of its own: with `compute` its work takes the processor, with `wait` it waits
 * for one of a few slots behind it, as a database has connections. It tells its address to the process that started it.
 */
import { pbkdf2Sync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fastify from 'fastify';
import { httpServer } from '../src/http/index.ts';

/** What the server has used since it was started. */
export interface OverloadServerUsage {
  readonly processorMilliseconds: number;
  readonly idleMilliseconds: number;
  readonly activeMilliseconds: number;
  /** How often a slot was used, and for how long all of them were. */
  readonly slotsUsed: number;
  readonly slotMilliseconds: number;
  readonly nowMilliseconds: number;
}

const [mode = 'compute', shedding = 'on'] = process.argv.slice(2);

/** Some 10 ms on a machine of 2026; how long exactly does not matter. */
const ITERATIONS = 70_000;
const SLOTS = 8;
const SLOT_MILLISECONDS = 20;

const app = fastify({ forceCloseConnections: true });
await app.register(httpServer(shedding === 'off' ? { shedding: false } : {}).plugin);

let free = SLOTS;
let used = 0;
let busyMilliseconds = 0;
const waiting: (() => void)[] = [];

/** Takes whoever comes, in order, however many wait. */
async function useSlot(): Promise<void> {
  if (free > 0) free -= 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  const began = performance.now();
  await sleep(SLOT_MILLISECONDS);
  used += 1;
  busyMilliseconds += performance.now() - began;
  const next = waiting.shift();
  if (next) next();
  else free += 1;
}

app.get('/work', async () => {
  if (mode === 'wait') await useSlot();
  else pbkdf2Sync('password', 'salt', ITERATIONS, 32, 'sha256');
  return { done: true };
});
app.get('/usage', { config: { shedding: false } }, (): OverloadServerUsage => {
  const { user, system } = process.cpuUsage();
  const { idle, active } = performance.eventLoopUtilization();
  return {
    processorMilliseconds: (user + system) / 1000,
    idleMilliseconds: idle,
    activeMilliseconds: active,
    slotsUsed: used,
    slotMilliseconds: busyMilliseconds / SLOTS,
    nowMilliseconds: performance.now(),
  };
});

process.on('disconnect', () => process.exit());
process.send?.(await app.listen({ port: 0, host: '127.0.0.1' }));
