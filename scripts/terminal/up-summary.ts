/** What came of an `up`. */
import { describeObject, referenceOf } from '../../lab/kubernetes/index.ts';
import type { LayerResult } from '../engine/layer-run.ts';
import type { EnvironmentState } from '../engine/stack-state.ts';
import { definitionOrigins, describeResource, leftOut, standIns } from '../engine/standing.ts';
import type { Sweep } from '../engine/sweep.ts';
import type { Target } from '../engine/target.ts';
import { columns } from './columns.ts';
import { describeCounts } from './run-model.ts';
import type { Paint } from './style.ts';
import { count, enumerate, formatDuration } from './words.ts';

/** What came of it, for people and for scripts. */
export interface UpSummary {
  environment: string;
  lab?: string;
  elapsedMs: number;
  layers: readonly LayerResult[];
  /** Releases whose objects are stand-ins. */
  standIns: { release: string; objects: number }[];
  /** Bundles whose definitions accept anything. */
  permissiveDefinitions: string[];
  leftOut: { object: string; part?: string }[];
  /** Objects that carry our label and are in no state. */
  strays: string[];
  /** Objects that the cluster still does not have. */
  missing: string[];
  /** Kinds that could not be looked at. */
  unseen: { kind: string; reason: string }[];
}

/** Collects it. */
export function upSummary(
  target: Target,
  results: readonly LayerResult[],
  state: EnvironmentState,
  swept: Sweep,
  elapsedMs: number,
): UpSummary {
  return {
    environment: target.environment,
    ...(target.lab ? { lab: target.lab.name } : {}),
    elapsedMs: Math.round(elapsedMs),
    layers: results,
    standIns: standIns(state),
    permissiveDefinitions: Object.entries(definitionOrigins(state))
      .filter(([, { origin }]) => origin === 'stand-in')
      .map(([bundle, { version }]) => `${bundle} ${version}`),
    leftOut: leftOut(state),
    strays: swept.strays.map((object) => describeObject(referenceOf(object))),
    missing: swept.missing.map(describeResource),
    unseen: [...swept.unseen],
  };
}

/** The same in words, with what to do next. */
export function upSummaryText(summary: UpSummary, paint: Paint): string {
  const { environment, lab, layers } = summary;
  const lines = [
    `\n${paint('good', `${environment} is up`)} after ${formatDuration(summary.elapsedMs)}`,
    ...columns(
      layers.map(({ layer, counts, elapsedMs }) => [
        layer,
        describeCounts(counts),
        paint('quiet', formatDuration(elapsedMs)),
      ]),
    ),
    ...standInLines(summary, paint),
    ...strayLines(summary, paint),
    '',
    'Next',
    ...columns(nextSteps(environment, lab).map(([command, what]) => [paint('accent', command), what])),
  ];
  return `${lines.join('\n')}\n`;
}

function standInLines({ standIns, permissiveDefinitions, leftOut }: UpSummary, paint: Paint): string[] {
  const objects = standIns.reduce((sum, one) => sum + one.objects, 0);
  return [
    ...(objects > 0
      ? [
          '',
          `${paint('warning', count(objects, 'stand-in'))} for releases that are not vendored: ${standIns.map(({ release }) => release).join(', ')}`,
        ]
      : []),
    ...(permissiveDefinitions.length > 0
      ? [
          `${paint('warning', 'Permissive definitions')} that accept anything, because there is no mirror of them: ${permissiveDefinitions.join(', ')}`,
        ]
      : []),
    ...(leftOut.length > 0
      ? [
          `Left out in the lab: ${enumerate(
            leftOut.map(({ object }) => object),
            3,
          )}`,
        ]
      : []),
  ];
}

function strayLines({ strays, missing, unseen }: UpSummary, paint: Paint): string[] {
  return [
    ...(strays.length > 0
      ? [
          '',
          `${paint('warning', count(strays.length, 'object'))} carry our label and are in no state, so nobody looks after them:`,
          ...strays.map((object) => `  ${object}`),
        ]
      : []),
    ...missing.map((object) => `${paint('bad', 'Missing')}: ${object}`),
    ...unseen.map(({ kind, reason }) => `${paint('warning', 'Not looked at')}: ${kind} (${reason})`),
  ];
}

function nextSteps(environment: string, lab: string | undefined): [string, string][] {
  const which = environment === 'lab' ? '' : ` --env ${environment}${lab ? ' --cluster lab' : ''}`;
  const name = lab && lab !== environment ? ` --name ${lab}` : '';
  return [
    [`npx ninefold status${which}${name}`, 'what runs, and where'],
    ...(lab
      ? ([[`export KUBECONFIG=$(npx ninefold kubeconfig --name ${lab})`, 'to look around with kubectl']] as [
          string,
          string,
        ][])
      : []),
    [`npx ninefold down${which}${name}`, 'takes everything away again'],
  ];
}
