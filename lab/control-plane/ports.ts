/** Chooses free ports on the loopback interface. */
import { createServer } from 'node:net';
import * as z from 'zod';

const port = z.int().min(1).max(65_535);

/** The ports of a lab. */
export const portsSchema = z.object({ etcd: port, apiserver: port });

/** The ports of a lab. */
export type Ports = z.infer<typeof portsSchema>;

/** The loopback address that everything in the lab listens on. */
export const loopback = '127.0.0.1';

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
  return (preferred !== undefined && (await bind(preferred))) || (await bind(0)) || Promise.reject(noPort());
}

/** Binds a port for a moment; 0 lets the system choose. Undefined when it is taken. */
function bind(wanted: number): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const server = createServer();
  server.on('error', () => resolve(undefined));
  server.listen({ port: wanted, host: loopback, exclusive: true }, () => {
    const address = server.address();
    server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
  });
  return promise;
}

function noPort(): Error {
  return new Error(`No free port on ${loopback}; end some programs that listen there and run again.`);
}
