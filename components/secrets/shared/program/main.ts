/**
 * The configuration program. Runs in the cluster as a Job after every change and as a CronJob in between:
 * initialises the server once, unseals it, and makes it hold what the platform and its services want.
 *
 * It needs nothing but Node.js: the platform mounts these files as they are.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Cluster } from './cluster.ts';
import { configure, openSession, parseConfiguration } from './configure.ts';
import { authoritySecret } from './desired.ts';
import { initialise, type Run, unseal } from './initialise.ts';
import { withLease } from './lease.ts';
import { FatalError } from './request.ts';
import { ServerNode } from './server.ts';

/** A variable of the environment, which the Job sets. */
function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

const read = (name: string) => readFileSync(variable(name), 'utf8').trim();
const log = (line: string) => console.log(`${new Date().toISOString()} ${line}`);

const configuration = parseConfiguration(read('CONFIGURATION_FILE'));
const authority = read('SERVER_AUTHORITY_FILE');
const cluster = new Cluster(
  { url: variable('KUBERNETES_URL'), authority: read('KUBERNETES_AUTHORITY_FILE') },
  read('KUBERNETES_TOKEN_FILE'),
  variable('NAMESPACE'),
);
const patience = AbortSignal.timeout(Number(variable('PATIENCE_SECONDS')) * 1000);

async function until<T>(what: string, ask: () => Promise<T | undefined>, signal: AbortSignal): Promise<T> {
  let last = 'nothing yet';
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      if (error instanceof FatalError) throw error;
      last = error instanceof Error ? error.message : String(error);
    }
    if (signal.aborted) throw new Error(`waited in vain for ${what}: ${last}`);
    await wait(500);
  }
}

/** Publishes the authority's certificate alone, so that whoever may read it can read nothing else. */
async function publishAuthority(): Promise<void> {
  const there = await cluster.get(`secrets/${authoritySecret}`);
  const data = { 'ca.crt': Buffer.from(`${authority}\n`).toString('base64') };
  if (there?.data?.['ca.crt'] === data['ca.crt']) return;
  const metadata = there?.metadata ?? { name: authoritySecret };
  await cluster.write('secrets', { apiVersion: 'v1', kind: 'Secret', metadata, data });
}

const seconds = Number(process.env.LEASE_SECONDS ?? '30');
try {
  await withLease(cluster, { holder: randomUUID(), seconds, signal: patience }, async (lost) => {
    const signal = AbortSignal.any([patience, lost]);
    const run: Run = {
      configuration,
      cluster,
      log,
      nodes: configuration.nodes.map((url) => new ServerNode({ url, authority })),
      until: (what, ask) => until(what, ask, signal),
    };
    await publishAuthority();
    const state = await initialise(run);
    const node = await unseal(run, state);
    const session = await openSession(run, node, state, read('LOGIN_TOKEN_FILE'));
    const changes = await configure(run, session);
    log(changes === 0 ? 'nothing to change' : `${changes} changes made`);
  });
} catch (error) {
  log(`failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
