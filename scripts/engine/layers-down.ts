/** Takes layers down, from the last to the first. */
import { stackName } from '../../components/kit/naming.ts';
import type { LayerName } from '../../components/kit/plan.ts';
import { RefusedError } from '../errors.ts';
import type { AccessOptions } from './run-events.ts';
import type { EngineSession } from './engine-session.ts';
import { type LayerResult, runLayer } from './layer-run.ts';
import type { EnvironmentState } from './stack-state.ts';
import { protectedResources, standingLayers } from './standing.ts';

/**
 * The layers to take down, the last first: one, or all that stand.
 * @throws RefusedError when a later layer stands on the one asked for
 */
export function layersToTakeDown(state: EnvironmentState, only?: LayerName): LayerName[] {
  const standing = standingLayers(state);
  if (only === undefined) return standing.toReversed();
  const later = standing.slice(standing.indexOf(only) + 1);
  if (standing.includes(only) && later.length > 0) {
    throw new RefusedError(
      `${later.join(' and ')} stand${later.length === 1 ? 's' : ''} on ${only} and would be left without ground. ` +
        `Take ${later.length === 1 ? 'it' : 'them'} down first, the last one first: npx ninefold down --layer ${later.at(-1)}`,
    );
  }
  return standing.filter((layer) => layer === only);
}

/** @throws RefusedError when something in these layers is protected and the protection is not to be lifted */
export function checkProtection(
  state: EnvironmentState,
  layers: readonly LayerName[],
  unprotect: boolean,
): void {
  const guarded = protectedResources(state).filter(({ layer }) => layers.includes(layer));
  if (guarded.length === 0 || unprotect) return;
  throw new RefusedError(
    [
      'These are protected from deletion, because they hold data:',
      ...guarded.map(({ object, layer }) => `  ${object}  (${layer})`),
      'Save what is worth saving, then lift the protection and take everything down: npx ninefold down --unprotect',
      'To keep the environment but without protection, set "protection: false" in its file and run ninefold up.',
    ].join('\n'),
  );
}

/** What to take down. */
export interface LayersDown extends AccessOptions {
  session: EngineSession;
  environment: string;
  state: EnvironmentState;
  layers: readonly LayerName[];
  /** Lift the protection of what is protected. */
  unprotect: boolean;
}

/**
 * Destroys layers in the order given.
 * @throws EngineFailure at the first layer that fails
 * @throws InterruptedError when the signal ended it
 */
export async function takeDown(down: LayersDown): Promise<LayerResult[]> {
  const { session, environment, state, layers } = down;
  const results: LayerResult[] = [];
  for (const layer of layers) {
    const stack = stackName(environment, layer);
    const resources = state.get(layer) ?? [];
    if (down.unprotect && resources.some((resource) => resource.protect)) {
      await session.run('state', 'unprotect', '--all', '--yes', '--stack', stack);
    }
    results.push(await runLayer({ ...down, stack, layer, operation: 'destroy', total: resources.length }));
    // A lab's stack is of no use without its resources; on a cluster of the user's its history stays.
    if (session.use.cluster === 'lab') await session.run('stack', 'rm', '--yes', '--stack', stack);
  }
  return results;
}
