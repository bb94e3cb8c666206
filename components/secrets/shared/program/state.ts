/** How far initialising has come, in a Secret of the program's own. */
import type { Cluster } from './cluster.ts';
import { stateSecret } from './desired.ts';
import type { Initialisation } from './server.ts';

/**
 * - `initialising`: the server is asked to make its keys, or will be in a moment. Nothing is in it yet.
 * - `initialised`: the keys are kept here, and so is the first token, until everything is set up.
 * - `ready`: the first token is revoked. People may take the shares away.
 */
export interface State {
  phase: 'initialising' | 'initialised' | 'ready';
  /** Unique id of the volume claim that was empty when initialising began. */
  claim?: string;
  /** Shares of the key, unless people took them away. */
  shares?: readonly string[];
  rootToken?: string;
}

/** The state with the version by which a change of somebody else shows. */
export interface KeptState extends State {
  resourceVersion: string;
}

/** Reads the state; undefined before the first run. */
export async function readState(cluster: Cluster): Promise<KeptState | undefined> {
  const secret = await cluster.get(`secrets/${stateSecret}`);
  const resourceVersion = secret?.metadata.resourceVersion;
  const data = secret?.data ?? {};
  if (!resourceVersion || !data.phase) return undefined;
  const text = (key: string) => (data[key] ? Buffer.from(data[key], 'base64').toString('utf8') : undefined);
  const shares = text('shares');
  const claim = text('claim');
  const rootToken = text('rootToken');
  return {
    resourceVersion,
    phase: text('phase') as State['phase'],
    ...(claim ? { claim } : {}),
    ...(shares ? { shares: shares.split('\n').filter((share) => share !== '') } : {}),
    ...(rootToken ? { rootToken } : {}),
  };
}

/** Keeps a state, replacing exactly the one that was read. @throws RefusedError with 409 when it was another */
export async function keepState(
  cluster: Cluster,
  before: KeptState | undefined,
  state: State,
): Promise<KeptState> {
  const texts = {
    phase: state.phase,
    claim: state.claim,
    shares: state.shares?.join('\n'),
    rootToken: state.rootToken,
  };
  const data = Object.fromEntries(
    Object.entries(texts).flatMap(([key, text]) =>
      text === undefined ? [] : [[key, Buffer.from(text).toString('base64')]],
    ),
  );
  const written = await cluster.write('secrets', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: stateSecret, ...(before ? { resourceVersion: before.resourceVersion } : {}) },
    data,
  });
  return { ...state, resourceVersion: written.metadata.resourceVersion ?? '' };
}

/** The state after initialising. */
export function initialisedState(claim: string | undefined, made: Initialisation): State {
  return {
    phase: 'initialised',
    shares: made.shares,
    rootToken: made.rootToken,
    ...(claim ? { claim } : {}),
  };
}
