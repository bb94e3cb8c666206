/** Makes the server what is wanted, and says what it changed. */
import { randomBytes } from 'node:crypto';
import type { Cluster } from './cluster.ts';
import { clientLabel, type Configuration, dataKey, type Desired, type Fields } from './desired.ts';
import type { Run } from './initialise.ts';
import { type Change, type Credentials, type Current, planChanges, readsFor } from './plan.ts';
import { FatalError, RefusedError } from './request.ts';
import type { ServerNode } from './server.ts';
import { keepState, type KeptState } from './state.ts';

/** Logs in as the program, setting up what that needs with the first token while there is one, which is then revoked. */
export async function openSession(
  run: Run,
  node: ServerNode,
  state: KeptState,
  jwt: string,
): Promise<ServerNode> {
  const { configuration, cluster, log } = run;
  const login = () => node.login(configuration.login.mount, configuration.login.role, jwt);
  if (state.phase !== 'initialised') return await login();
  const root = node.as(state.rootToken ?? '');
  if (state.rootToken && (await root.isValid())) {
    await apply(run, root, configuration.base);
    // The first token goes only when the program has seen that it can do without.
    await login();
    await root.ask('POST', 'auth/token/revoke-self');
    log('the first token is revoked');
  }
  const session = await login();
  await keepState(cluster, state, { phase: 'ready', ...(state.shares ? { shares: state.shares } : {}) });
  return session;
}

/** Makes everything that is wanted. Returns how many requests that took. */
export async function configure(run: Run, session: ServerNode): Promise<number> {
  const { base, objects } = run.configuration;
  return await apply(run, session, [...base, ...objects], await clientsOf(run.cluster));
}

/** What services want: each has a ConfigMap of its own. */
async function clientsOf(cluster: Cluster): Promise<Desired[]> {
  const found = await cluster.list(`configmaps?labelSelector=${encodeURIComponent(clientLabel)}`);
  return found.flatMap(({ data }) => JSON.parse(data?.[dataKey] ?? '[]') as Desired[]);
}

/** Engines come first in `own`, so that they exist before anything is put into them. */
async function apply(
  run: Run,
  session: ServerNode,
  own: readonly Desired[],
  clients?: readonly Desired[],
): Promise<number> {
  const { cluster, log } = run;
  const desired = [...own, ...(clients ?? [])];
  const credentials = await credentialsFor(cluster, desired, log);
  const random = () => randomBytes(24).toString('base64url');
  // Before clients are known, what is theirs would look as if nobody wanted it.
  const sweep = clients !== undefined;
  const plan = async () => {
    const current = await readAll(session, readsFor(desired));
    return planChanges(desired, { current, credentials, now: Date.now(), random, sweep });
  };
  const changes = await plan();
  const problems: string[] = [];
  for (const change of changes) {
    log(change.why);
    try {
      await make(run, session, change);
    } catch (error) {
      if (!(error instanceof FatalError)) throw error;
      // A database that is away, say, keeps nobody else from getting what is theirs.
      log(`refused: ${error.message}`);
      problems.push(error.message);
    }
  }
  // The server takes some changes without a word and keeps what it has.
  const left = changes.length > 0 && problems.length === 0 ? await plan() : [];
  problems.push(...left.map(({ why }) => `${why}, and stays so: put it right by hand`));
  if (problems.length > 0) throw new FatalError(problems.join('; '));
  return changes.length;
}

/** An engine that was made a moment ago may still be starting: the server then refuses, and is asked again. */
async function make({ until }: Run, session: ServerNode, { method, path, body }: Change): Promise<void> {
  await until(`${method} ${path}`, async () => {
    try {
      await session.ask(method, path, body);
      return true;
    } catch (error) {
      const starting =
        error instanceof RefusedError && (error.status >= 500 || /upgrading/i.test(error.message));
      if (starting) throw error;
      throw error instanceof RefusedError ? new FatalError(error.message) : error;
    }
  });
}

async function readAll(session: ServerNode, paths: readonly string[]): Promise<Current> {
  const current = new Map<string, Fields | undefined>();
  for (const path of paths) current.set(path, await session.read(path));
  return current;
}

async function credentialsFor(
  cluster: Cluster,
  desired: readonly Desired[],
  log: Run['log'],
): Promise<Credentials> {
  const names = desired.flatMap((one) =>
    one.kind === 'connection' ? [one.credentials, ...(one.authority ? [one.authority.secretName] : [])] : [],
  );
  const found = new Map<string, { version: string; data: Record<string, string> }>();
  for (const name of new Set(names)) {
    const secret = await cluster.get(`secrets/${name}`);
    if (!secret) {
      log(`left for the next run: the Secret ${name} is not there yet`);
      continue;
    }
    const data = Object.fromEntries(
      Object.entries(secret.data ?? {}).map(([key, text]) => [
        key,
        Buffer.from(text, 'base64').toString('utf8'),
      ]),
    );
    found.set(name, { version: secret.metadata.resourceVersion ?? '', data });
  }
  return found;
}

/** Reads what the program is told. */
export function parseConfiguration(text: string): Configuration {
  return JSON.parse(text) as Configuration;
}
