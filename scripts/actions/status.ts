/** What stands, how it is, and where it is reached. */
import { findLab } from '../../lab/index.ts';
import { describeObject, type KubernetesObject, referenceOf } from '../../lab/kubernetes/index.ts';
import { connect, openEngine } from '../engine/access.ts';
import { type Health, healthOf } from '../engine/health.ts';
import { labsDirectory } from '../engine/places.ts';
import { type EnvironmentState, readState } from '../engine/stack-state.ts';
import {
  definitionOrigins,
  type HeldData,
  heldData,
  leftOut,
  standIns,
  standingCapabilities,
  standingLayers,
} from '../engine/standing.ts';
import { type Sweep, sweep } from '../engine/sweep.ts';
import { type TargetOptions, providerOf, type Target, wasBroughtUp } from '../engine/target.ts';
import { exitCodes } from '../errors.ts';
import { describePlace } from '../terminal/plan-text.ts';
import { statusText } from '../terminal/status-text.ts';
import { painter } from '../terminal/style.ts';
import { findTarget } from './find-target.ts';
import { watch } from './run.ts';

/** Options of `status`. */
export interface StatusOptions extends TargetOptions {
  json?: boolean;
}

/** What stands of one capability. */
export interface CapabilityStatus {
  capability: string;
  implementation: string;
  version: string;
  health: Health;
  /** Addresses by what they are, such as `bootstrap`. */
  endpoints: Record<string, string>;
}

/** What stands of an environment. */
export interface Status {
  environment: string;
  place: string;
  /** Whether the cluster answers. */
  running: boolean;
  layers: { layer: string; resources: number }[];
  capabilities: CapabilityStatus[];
  standIns: { release: string; objects: number }[];
  permissiveDefinitions: string[];
  leftOut: { object: string; part?: string }[];
  holdsData: HeldData[];
  strays: string[];
  unseen: { kind: string; reason: string }[];
}

/** `ninefold status`. */
export async function status(options: StatusOptions): Promise<number> {
  const target = findTarget(options);
  const result = wasBroughtUp(target) ? await look(target) : nothing(target);
  process.stdout.write(
    options.json ? `${JSON.stringify(result, null, 2)}\n` : statusText(result, painter(process.stdout)),
  );
  const broken = result.capabilities.some(({ health }) => health.state === 'incomplete');
  return broken ? exitCodes.failed : exitCodes.ok;
}

async function look(target: Target): Promise<Status> {
  return watch(async (access) => {
    const session = await openEngine(target, providerOf(target), { ...access, report: () => undefined });
    const state = await readState(session, target.environment);
    const swept = await sweepIfRunning(target, state, access.signal);
    return statusOf(target, state, swept);
  });
}

async function sweepIfRunning(
  target: Target,
  state: EnvironmentState,
  signal: AbortSignal,
): Promise<Sweep | undefined> {
  if (target.lab && !(await findLab(labsDirectory(), target.lab.name))?.ready) return undefined;
  const client = await connect(target);
  try {
    return await sweep(client, target.environment, state, signal);
  } finally {
    await client.close();
  }
}

function statusOf(target: Target, state: EnvironmentState, swept: Sweep | undefined): Status {
  return {
    environment: target.environment,
    place: describePlace(target),
    running: swept !== undefined,
    layers: standingLayers(state).map((layer) => ({ layer, resources: state.get(layer)?.length ?? 0 })),
    capabilities: capabilitiesOf(target, state, swept?.known),
    standIns: standIns(state),
    permissiveDefinitions: Object.entries(definitionOrigins(state))
      .filter(([, { origin }]) => origin === 'stand-in')
      .map(([bundle, { version }]) => `${bundle} ${version}`),
    leftOut: leftOut(state),
    holdsData: heldData(state),
    strays: (swept?.strays ?? []).map((object) => describeObject(referenceOf(object))),
    unseen: [...(swept?.unseen ?? [])],
  };
}

function capabilitiesOf(
  target: Target,
  state: EnvironmentState,
  found: readonly KubernetesObject[] | undefined,
): CapabilityStatus[] {
  return Object.entries(standingCapabilities(state)).map(
    ([capability, { implementation, version, facts }]) => ({
      capability,
      implementation,
      version,
      health: healthOf(capability, state, found, target.lab !== undefined),
      endpoints: endpointsOf(facts),
    }),
  );
}

/** Every address among the facts: `host:port`, or with a scheme. */
function endpointsOf(facts: unknown, path = ''): Record<string, string> {
  if (typeof facts === 'string') {
    return /^([a-z]+:\/\/)?[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)(\/\S*)?$|^https?:\/\//.test(facts)
      ? { [path]: facts }
      : {};
  }
  if (typeof facts !== 'object' || facts === null) return {};
  return Object.assign(
    {},
    ...Object.entries(facts).map(([key, value]) => endpointsOf(value, path ? `${path}.${key}` : key)),
  );
}

function nothing(target: Target): Status {
  return {
    environment: target.environment,
    place: describePlace(target),
    running: false,
    layers: [],
    capabilities: [],
    standIns: [],
    permissiveDefinitions: [],
    leftOut: [],
    holdsData: [],
    strays: [],
    unseen: [],
  };
}
