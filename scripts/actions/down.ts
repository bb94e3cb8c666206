/** Takes an environment down, and tells the truth about what is left. */
import type { LayerName } from '../../components/kit/plan.ts';
import { findLab, removeLab } from '../../lab/index.ts';
import { connect, openEngine, openLab } from '../engine/access.ts';
import type { AccessOptions } from '../engine/run-events.ts';
import type { EngineSession } from '../engine/engine-session.ts';
import { checkProtection, layersToTakeDown, takeDown } from '../engine/layers-down.ts';
import { clearLeftovers, type Leftovers } from '../engine/leftovers.ts';
import { labsDirectory } from '../engine/places.ts';
import { type EnvironmentState, readState } from '../engine/stack-state.ts';
import { heldData } from '../engine/standing.ts';
import { type TargetOptions, providerOf, type Target, wasBroughtUp } from '../engine/target.ts';
import { exitCodes, RefusedError } from '../errors.ts';
import { canAsk, confirm } from '../terminal/confirm.ts';
import { describePlace } from '../terminal/plan-text.ts';
import { describeCounts } from '../terminal/run-model.ts';
import { type Paint, painter } from '../terminal/style.ts';
import { count, formatDuration } from '../terminal/words.ts';
import { findTarget } from './find-target.ts';
import { run } from './run.ts';

/** Options of `down`. */
export interface DownOptions extends TargetOptions {
  layer?: LayerName;
  unprotect?: boolean;
  keepLab?: boolean;
  yes?: boolean;
}

/** `ninefold down`. */
export async function down(options: DownOptions): Promise<number> {
  const began = performance.now();
  const target = findTarget(options);
  const paint = painter(process.stdout);
  const say = (...lines: string[]) => process.stdout.write(`${lines.join('\n')}\n`);
  if (!wasBroughtUp(target)) {
    const removed = await removeEmptyLab(target, options);
    say(
      removed
        ? `The lab "${target.lab?.name}" held nothing and is removed.`
        : `There is nothing of ${options.env} on ${describePlace(target)}.`,
    );
    return exitCodes.ok;
  }
  const { session, state } = await run(target, (access) => look(target, access));
  const layers = layersToTakeDown(state, options.layer);
  checkProtection(state, layers, options.unprotect ?? false);
  say(...describe(target, state, layers, options, paint), '');
  await ask(target, options);
  const outcome = await run(target, (access) => work(target, session, state, layers, options, access));
  const { results, leftovers } = outcome;
  say(
    '',
    `${paint('good', `${options.env} is down`)} after ${formatDuration(performance.now() - began)}`,
    ...results.map(({ layer, counts }) => `  ${layer}: ${describeCounts(counts)}`),
    ...describeLeftovers(leftovers, paint),
    ...(outcome.labRemoved ? [`The lab "${target.lab?.name}" is stopped and removed.`] : []),
  );
  return exitCodes.ok;
}

/** A lab that was started by hand goes with the environment that it was meant for. */
async function removeEmptyLab(target: Target, { keepLab, layer }: DownOptions): Promise<boolean> {
  if (!target.lab || keepLab || layer) return false;
  if (!(await findLab(labsDirectory(), target.lab.name))) return false;
  await removeLab(target.lab.directory);
  return true;
}

async function look(target: Target, access: AccessOptions) {
  const session = await openEngine(target, providerOf(target), access);
  await session.settleStacks(target.environment, access);
  return { session, state: await readState(session, target.environment) };
}

function describe(
  target: Target,
  state: EnvironmentState,
  layers: readonly LayerName[],
  options: DownOptions,
  paint: Paint,
): string[] {
  const data = heldData(state).filter(({ layer }) => layers.includes(layer));
  const removesLab = target.lab !== undefined && !options.keepLab && !options.layer;
  return [
    `${paint('strong', options.env)} on ${describePlace(target)} goes down:`,
    ...layers.map((layer) => `  ${layer}: ${count(state.get(layer)?.length ?? 0, 'resource')}`),
    ...(layers.length === 0 ? ['  no layer stands'] : []),
    ...(removesLab ? ['  then the lab itself, with all its data'] : []),
    ...(data.length > 0
      ? [`${paint('bad', 'This data is lost')}:`, ...data.map(({ object, what }) => `  ${object}: ${what}`)]
      : ['Nothing in it holds data.']),
  ];
}

async function ask(target: Target, { yes, env }: DownOptions): Promise<void> {
  if (yes) return;
  if (!canAsk()) throw new RefusedError('Nobody can be asked here. Say --yes to take it down.');
  if (!(await confirm(`Take down ${env} on ${describePlace(target)}?`, env))) {
    throw new RefusedError('Nothing was changed.');
  }
}

async function work(
  target: Target,
  session: EngineSession,
  state: EnvironmentState,
  layers: readonly LayerName[],
  options: DownOptions,
  access: AccessOptions,
) {
  await openLab(target, undefined, access);
  const { environment, lab } = target;
  const unprotect = options.unprotect ?? false;
  const results = await takeDown({ session, environment, state, layers, unprotect, ...access });
  const client = await connect(target);
  let leftovers: Leftovers;
  try {
    const after = await readState(session, environment);
    leftovers = await clearLeftovers({
      client,
      environment,
      before: state,
      after,
      remove: lab !== undefined && !options.layer,
      signal: access.signal,
    });
  } finally {
    await client.close();
  }
  const labRemoved = lab !== undefined && !options.keepLab && !options.layer;
  if (labRemoved) await removeLab(lab.directory);
  return { results, leftovers, labRemoved };
}

function describeLeftovers({ retained, removed, unseen }: Leftovers, paint: Paint): string[] {
  return [
    ...(removed.length > 0
      ? [
          `${count(removed.length, 'object')} that an interrupted run had left ${removed.length === 1 ? 'was' : 'were'} cleared.`,
        ]
      : []),
    ...(retained.length > 0
      ? [`${paint('warning', 'Retained on purpose')}:`, ...retained.map((object) => `  ${object}`)]
      : ['Nothing of ours is left in the cluster.']),
    ...unseen.map(({ kind, reason }) => `${paint('warning', 'Not looked at')}: ${kind} (${reason})`),
  ];
}
