/** One way to the engine: its program, its environment and the state of one environment. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { stackName } from '../../components/kit/naming.ts';
import { layerNames } from '../../components/kit/plan.ts';
import type { AccessOptions } from './run-events.ts';
import type { PulumiFn, Stack } from '@pulumi/pulumi/automation/index.js';
import packageInformation from '@pulumi/pulumi/package.json' with { type: 'json' };
import { EngineCommand } from './engine-command.ts';
import { type EngineUse, engineEnvironment, usesOwnBackend } from './engine-environment.ts';
import { ensurePassphrase } from './passphrase.ts';
import type { EnginePlaces } from './places.ts';
import { clearStackLocks } from './stack-locks.ts';

/** The name of the one project that all stacks belong to. */
export const projectName = 'ninefold';

/** What a session needs. */
export interface SessionOptions {
  /** Path of the engine's program. */
  program: string;
  places: EnginePlaces;
  use: EngineUse;
}

/** Opens stacks, and runs commands of the engine that the Automation API has no method for. */
export class EngineSession {
  readonly use: EngineUse;
  readonly places: EnginePlaces;
  /** File with everything that the engine said. */
  readonly log: string;
  readonly #command: EngineCommand;

  constructor({ program, places, use }: SessionOptions) {
    this.use = use;
    this.places = places;
    const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
    this.log = join(places.logs, `engine-${time}-${process.pid}.log`);
    for (const directory of [places.logs, places.state, places.workspace]) {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
    }
    ensurePassphrase(places.passphrase);
    this.#command = new EngineCommand({
      program,
      version: packageInformation.version,
      environment: engineEnvironment(use, places),
      log: this.log,
    });
  }

  /** The stack of this name, made when it is missing. */
  async openStack(name: string, program: PulumiFn = async () => ({})): Promise<Stack> {
    const { LocalWorkspace, Stack } = await import('@pulumi/pulumi/automation/index.js');
    const workspace = await LocalWorkspace.create({
      program,
      pulumiCommand: this.#command.forAutomation,
      workDir: this.places.workspace,
      // Names the stack to every command, so that the engine need not be told to select it by one more process.
      envVars: { PULUMI_STACK: name },
      // On a cluster of the user's the project's own settings hold, those of plain `pulumi`.
      ...(this.use.cluster === 'lab' ? { projectSettings: { name: projectName, runtime: 'nodejs' } } : {}),
    });
    if (this.#hasOthersState) return Stack.createOrSelect(name, workspace);
    const state = join(this.places.state, '.pulumi/stacks', projectName, `${name}.json`);
    if (!existsSync(state)) return Stack.create(name, workspace);
    return Stack.select(name, Object.assign(workspace, { selectStack: async () => {} }));
  }

  /**
   * Frees the stacks of an environment from the locks of dead engines, where the state is ours to look into, and waits
   * for those that live: an engine whose command was killed still finishes its work and writes the state.
   */
  async settleStacks(environment: string, { report, signal }: AccessOptions): Promise<void> {
    if (this.#hasOthersState) return;
    const waiting = (pid: number) => {
      const text = `The engine of a command that was killed (process ${pid}) still finishes its work; waiting for it.`;
      report({ type: 'notice', text });
    };
    for (const layer of layerNames) {
      const stack = stackName(environment, layer);
      await clearStackLocks(this.places.state, projectName, stack, { waiting, signal });
    }
  }

  /** Whether the state is in a backend of the user's, which only the engine can look into. */
  get #hasOthersState(): boolean {
    return this.use.cluster === 'existing' && usesOwnBackend();
  }

  /** Runs a command of the engine and returns what it prints. */
  async run(...command: string[]): Promise<string> {
    return (await this.#command.run(command, this.places.workspace)).stdout;
  }
}
