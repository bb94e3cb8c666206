/** Chooses free ports on the loopback interface. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { LabError } from './lab-error.ts';
import { loopback } from './network.ts';

const port = z.int().min(1).max(65_535);

/** The ports of a lab. */
export const portsSchema = z.object({ etcd: port, apiserver: port });

/** The ports of a lab. */
export type Ports = z.infer<typeof portsSchema>;

// Below the ports that Linux (from 32768) and macOS (from 49152) give to outgoing connections. In that range a client
// that calls a dead server again and again ends up connected to itself, and holds the port that the server wants back.
const lowestPort = 16_000;
const highestPort = 29_999;

/**
 * Free ports, the same as before where they still are free or in use by the lab itself. Between choosing and binding
 * another program may take one, so the caller tries again when a component can't bind.
 */
export async function choosePorts(
  before: Ports | undefined,
  inUse: { readonly [name in keyof Ports]?: boolean },
): Promise<Ports> {
  const choose = async (name: keyof Ports) =>
    before !== undefined && inUse[name] ? before[name] : freePort(before?.[name]);
  const [etcd, apiserver] = await Promise.all([choose('etcd'), choose('apiserver')]);
  return { etcd, apiserver };
}

async function freePort(preferred: number | undefined): Promise<number> {
  if (preferred !== undefined && (await isSoonFree(preferred))) return preferred;
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(lowestPort, highestPort + 1);
    if (await isFree(port)) return port;
  }
  throw new LabError(
    `No free port between ${lowestPort} and ${highestPort} on ${loopback}; end some programs that listen there and run again.`,
  );
}

/** A killed process leaves the process table a little before it leaves its ports. */
async function isSoonFree(port: number): Promise<boolean> {
  const deadline = performance.now() + 1500;
  while (!(await isFree(port))) {
    if (performance.now() > deadline) return false;
    await delay(50);
  }
  return true;
}

/** Whether a port can be bound, found out by binding it for a moment. */
function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.on('error', () => resolve(false));
  server.listen({ port, host: loopback, exclusive: true }, () => server.close(() => resolve(true)));
  return promise;
}
