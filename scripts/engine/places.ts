/** Where everything that a run keeps lies on this machine. */
import { join, resolve } from 'node:path';
import type { ProviderChoice } from './record.ts';

/** The project's own directory. */
export const projectDirectory = join(import.meta.dirname, '../..');

/** The directory of all labs and states. @default `.ninefold` in the project; `NINEFOLD_HOME` names another */
export function homeDirectory(): string {
  return resolve(process.env.NINEFOLD_HOME || join(projectDirectory, '.ninefold'));
}

/** The directory below which every lab has one of its own name. */
export function labsDirectory(): string {
  return join(homeDirectory(), 'labs');
}

/** What the engine keeps for one environment. */
export interface EnginePlaces {
  /** Held while a command works on the environment. */
  lock: string;
  /** Which environment and provider the state was made with. */
  record: string;
  /** Directory of the state file backend. */
  state: string;
  /** Directory that the engine runs in and keeps the settings of stacks in. */
  workspace: string;
  /** File with the passphrase that encrypts secrets in the state. */
  passphrase: string;
  logs: string;
}

/** The engine's places for an environment in a lab: within the lab's directory, so that they go with it. */
export function labPlaces(lab: string): EnginePlaces {
  const directory = join(labsDirectory(), lab);
  const at = (name: string) => join(directory, 'engine', name);
  return {
    lock: join(labsDirectory(), `${lab}.engine.lock`),
    record: at('record.json'),
    state: at('state'),
    workspace: at('workspace'),
    passphrase: at('passphrase'),
    logs: join(directory, 'logs'),
  };
}

/** The engine's places for an environment on a cluster of the user's; stacks keep their settings in the project. */
export function existingPlaces(environment: string): EnginePlaces {
  const home = homeDirectory();
  return {
    lock: join(home, 'state', `${environment}.lock`),
    record: join(home, 'state', `${environment}.json`),
    state: join(home, 'state'),
    workspace: projectDirectory,
    passphrase: join(home, 'state', 'passphrase'),
    logs: join(home, 'logs'),
  };
}

/** The engine's own home in the lab, one for each provider, because both answer to the same name and version. */
export function labPulumiHome(provider: ProviderChoice): string {
  return join(homeDirectory(), provider === 'lab' ? 'pulumi-home' : 'pulumi-home-official');
}
