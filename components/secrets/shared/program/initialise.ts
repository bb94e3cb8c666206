/**
 * Brings the server from an empty disk to unsealed. Every step can be the last one before the program is killed,
 * and the next run goes on from there.
 */
import type { Cluster } from './cluster.ts';
import type { Configuration } from './desired.ts';
import { FatalError } from './request.ts';
import type { SealStatus, ServerNode } from './server.ts';
import { initialisedState, keepState, type KeptState, readState } from './state.ts';

/** What all steps work with. */
export interface Run {
  configuration: Configuration;
  nodes: readonly ServerNode[];
  cluster: Cluster;
  log: (line: string) => void;
  /** Asks again, a second apart, until there is an answer or time is up. */
  until: <T>(what: string, ask: () => Promise<T | undefined>) => Promise<T>;
}

/** Initialises if nobody has yet, and returns the state in which the keys are kept. */
export async function initialise(run: Run): Promise<KeptState> {
  const state = await readState(run.cluster);
  if (state && state.phase !== 'initialising') return state;
  const statuses = await run.until('every node to answer', () => statusesOf(run.nodes));
  const initialised = statuses.some((status) => status.initialized);
  if (initialised && !state) {
    throw new FatalError(
      'the server holds data of which nothing is known here: restore the Secret "initialisation", or empty the disks',
    );
  }
  return initialised && state ? await initialiseAnew(run, state) : await initialiseFirst(run, state);
}

async function initialiseFirst(run: Run, state: KeptState | undefined): Promise<KeptState> {
  const { configuration, cluster, nodes, log } = run;
  const claim = await claimOf(run);
  // Written before asking: should the answer be lost, the next run knows that nothing can be in the server yet.
  const before = await keepState(cluster, state, { phase: 'initialising', ...(claim ? { claim } : {}) });
  log('initialising');
  const made = await firstOf(nodes).initialise({
    ...configuration.division,
    cloud: configuration.unsealing === 'cloud',
  });
  return await keepState(cluster, before, initialisedState(claim, made));
}

/**
 * The server made its keys and nobody heard them: the answer was lost with the run that asked. Nobody can ever open
 * it, so nothing is in it. It begins anew on an empty disk. Only the very claim that was empty then is deleted.
 */
async function initialiseAnew(run: Run, state: KeptState): Promise<KeptState> {
  const { cluster, configuration, nodes, log } = run;
  const { pod, claim } = configuration.first;
  log('the keys of the last attempt were lost before anything was kept: beginning anew on an empty disk');
  // Written again first, so that a run which is still waiting for its answer can't keep the keys of a disk that is gone.
  const taken = await keepState(cluster, state, {
    phase: 'initialising',
    ...(state.claim ? { claim: state.claim } : {}),
  });
  if (taken.claim) await cluster.delete(`persistentvolumeclaims/${claim}`, taken.claim);
  const running = await cluster.get(`pods/${pod}`);
  if (running?.metadata.uid) await cluster.delete(`pods/${pod}`, running.metadata.uid);
  await run.until('the server to come up with an empty disk', async () => {
    const status = await firstOf(nodes).sealStatus();
    return status.initialized ? undefined : true;
  });
  return await initialiseFirst(run, taken);
}

async function claimOf({ cluster, configuration }: Run): Promise<string | undefined> {
  const claim = await cluster.get(`persistentvolumeclaims/${configuration.first.claim}`);
  return claim?.metadata.uid;
}

/**
 * Unseals every node that can be reached and returns one that serves. A node that is away is left for the next
 * run, as long as one serves.
 */
export async function unseal(run: Run, state: KeptState): Promise<ServerNode> {
  const { configuration, nodes, log } = run;
  const shares =
    configuration.unsealing === 'stored-keys' || state.phase === 'initialised' ? state.shares : undefined;
  await run.until('a node that serves', async () => {
    const open = await unsealNode(firstOf(nodes), shares);
    return open || (await serving(nodes)) ? true : undefined;
  });
  for (const node of nodes.slice(1)) {
    try {
      await run.until(`${node.endpoint.url} to join`, async () =>
        (await node.sealStatus()).initialized ? true : undefined,
      );
      await unsealNode(node, shares);
    } catch (error) {
      log(`left for the next run: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return await run.until('a node that serves', () => serving(nodes));
}

/** Gives a node the shares it needs. Answers whether it is open. */
async function unsealNode(node: ServerNode, shares: readonly string[] | undefined): Promise<boolean> {
  let status = await node.sealStatus();
  if (!status.initialized || !status.sealed) return status.initialized;
  if (!shares) {
    throw new FatalError(
      `${node.endpoint.url} is sealed, and its keys are not kept here: the people who hold them must unseal it`,
    );
  }
  for (const share of shares.slice(0, status.t)) status = await node.unseal(share);
  return !status.sealed;
}

/** A node that is unsealed and knows a leader, so that it answers or forwards every request. */
async function serving(nodes: readonly ServerNode[]): Promise<ServerNode | undefined> {
  for (const node of nodes) {
    try {
      if ((await node.sealStatus()).sealed) continue;
      const leader = (await node.ask('GET', 'sys/leader')) as { leader_address?: string };
      if (leader.leader_address) return node;
    } catch {
      // Another one may serve.
    }
  }
  return undefined;
}

async function statusesOf(nodes: readonly ServerNode[]): Promise<SealStatus[]> {
  return await Promise.all(nodes.map((node) => node.sealStatus()));
}

function firstOf(nodes: readonly ServerNode[]): ServerNode {
  const [first] = nodes;
  if (!first) throw new Error('the configuration names no node');
  return first;
}
