/**
 * A server to be overloaded, in a process of its own: with `compute` its work takes the processor, with `wait` it waits
 * for one of a few slots behind it, as a database has connections. It tells its address to the process that started it.
 */
import { pbkdf2Sync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fastify from 'fastify';
import { httpServer } from '../src/http/index.ts';

/** Some 10 ms on a machine of 2026; how long exactly does not matter. */
const ITERATIONS = 70_000;
const SLOTS = 8;
const SLOT_MILLISECONDS = 20;

const app = fastify({ forceCloseConnections: true });
await app.register(httpServer().plugin);

let free = SLOTS;
const waiting: (() => void)[] = [];

/** Takes whoever comes, in order, however many wait. */
async function useSlot(): Promise<void> {
  if (free > 0) free -= 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  await sleep(SLOT_MILLISECONDS);
  const next = waiting.shift();
  if (next) next();
  else free += 1;
}

app.get('/work', async () => {
  if (process.argv[2] === 'wait') await useSlot();
  else pbkdf2Sync('password', 'salt', ITERATIONS, 32, 'sha256');
  return { done: true };
});

process.on('disconnect', () => process.exit());
process.send?.(await app.listen({ port: 0, host: '127.0.0.1' }));
