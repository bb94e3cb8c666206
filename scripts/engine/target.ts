/** Which environment on which cluster a command is about. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plan } from '../../components/kit/plan.ts';
import { InvalidInputError } from '../../components/kit/violation.ts';
import type { LabNodes } from '../../lab/index.ts';
import { profiles } from '../../stacks/profiles.ts';
import { type EnginePlaces, existingPlaces, labPlaces, labsDirectory } from './places.ts';
import { type ProviderChoice, readEngineRecord } from './record.ts';

/** What the command line says about it. */
export interface TargetOptions {
  env: string;
  /** Run on the lab, whatever cluster the environment names. */
  cluster?: 'lab';
  /** Name of the lab. @default the environment's name */
  name?: string;
  /** Directory of environment files. @default `NINEFOLD_ENVIRONMENTS`, or `stacks/environments` */
  environments?: string;
}

/** A lab by its name. */
export interface LabPlace {
  name: string;
  directory: string;
  kubeconfig: string;
}

/** An environment in its place. */
export interface Target {
  environment: string;
  /** The lab that it runs in; left out on a cluster of the user's. */
  lab?: LabPlace;
  /** How a cluster of the user's is reached. */
  existing?: { kubeconfig?: string; context: string };
  places: EnginePlaces;
}

/** Directory of the environment files that a command reads. */
export function environmentsOf(options: Pick<TargetOptions, 'environments'>): string | undefined {
  const given = options.environments ?? process.env.NINEFOLD_ENVIRONMENTS;
  return given ? resolve(given) : undefined;
}

/** The target of a plan. @throws InvalidInputError when the lab belongs to another environment */
export function targetOf(plan: Plan, options: TargetOptions): Target {
  const { cluster } = plan.environment;
  if (cluster.kind === 'lab') return labTarget(options);
  const { context, kubeconfig } = cluster;
  return {
    environment: options.env,
    existing: { context, ...(kubeconfig ? { kubeconfig } : {}) },
    places: existingPlaces(options.env),
  };
}

/** The target of an environment in a lab. @throws InvalidInputError when the lab belongs to another environment */
export function labTarget(options: Pick<TargetOptions, 'env' | 'name'>): Target {
  const name = options.name ?? options.env;
  const places = labPlaces(name);
  const owner = readEngineRecord(places.record)?.environment;
  if (owner !== undefined && owner !== options.env) {
    throw new InvalidInputError(`lab "${name}"`, [
      {
        path: '--name',
        problem: `the environment "${owner}" runs in this lab, and a lab holds one environment`,
        value: name,
        fix: `choose another name, or take that one down with "npx ninefold down --env ${owner} --cluster lab --name ${name}"`,
      },
    ]);
  }
  return { environment: options.env, lab: labPlace(name), places };
}

/** The place of a lab. */
export function labPlace(name: string): LabPlace {
  const directory = join(labsDirectory(), name);
  return { name, directory, kubeconfig: join(directory, 'kubeconfig') };
}

/** Whether anything of the environment was ever brought up in this place. */
export function wasBroughtUp(target: Target): boolean {
  return existsSync(target.places.record);
}

/** Which provider the state in this place was made with. */
export function providerOf(target: Target): ProviderChoice {
  return readEngineRecord(target.places.record)?.provider ?? (target.lab ? 'lab' : 'official');
}

/** The nodes that a plan's profile wants in a lab. */
export function labNodesOf(plan: Plan): LabNodes {
  const { perZone, cpu, memory } = profiles[plan.environment.profile].labNodes;
  return { countPerZone: perZone, cpu, memory };
}
