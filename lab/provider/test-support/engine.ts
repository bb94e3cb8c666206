import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  fullyQualifiedStackName,
  LocalWorkspace,
  PulumiCommand,
  type PulumiFn,
  type Stack,
} from '@pulumi/pulumi/automation/index.js';
import { preparePulumiHome } from '../../index.ts';
import { installProvider } from '../install.ts';

/** The real engine with the lab's provider, its state in a directory of its own. */
export class Engine {
  readonly state: string;
  readonly #home: string;
  readonly #command: PulumiCommand;

  private constructor(home: string, state: string, command: PulumiCommand) {
    this.#home = home;
    this.state = state;
    this.#command = command;
  }

  /** @param directory where its home goes; the directory of the state must exist */
  static async prepare(directory: string, state: string): Promise<Engine> {
    const home = join(directory, 'home');
    const program = await preparePulumiHome(home);
    await installProvider(home);
    // The engine's trace of every run takes a quarter of its time; without a directory to write to it keeps none.
    await writeFile(join(home, 'logs'), '');
    return new Engine(home, state, await PulumiCommand.get({ root: join(program, '..', '..') }));
  }

  /** A stack with a program; another program for the same stack goes on where the last one stopped. */
  async stack(name: string, program: PulumiFn): Promise<Stack> {
    return await LocalWorkspace.createOrSelectStack(
      { stackName: fullyQualifiedStackName('organization', 'trial', name), projectName: 'trial', program },
      {
        pulumiHome: this.#home,
        pulumiCommand: this.#command,
        envVars: {
          PULUMI_BACKEND_URL: `file://${this.state}`,
          PULUMI_CONFIG_PASSPHRASE: 'trial',
          PULUMI_SKIP_UPDATE_CHECK: 'true',
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
          // As the lab runs it: the state is saved once, at the end.
          PULUMI_EXPERIMENTAL: 'true',
          PULUMI_SKIP_CHECKPOINTS: 'true',
        },
      },
    );
  }

  /** Everything that the engine has written about its stacks. */
  async stateTexts(): Promise<string[]> {
    const entries = await readdir(this.state, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')));
  }
}

/** Processes below this one whose command line holds a text. */
export async function descendants(commandText: string): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,ppid=,args=']);
  const processes = stdout
    .trim()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, pid, parent, command]) => ({
      pid: Number(pid),
      parent: Number(parent),
      command: command ?? '',
    }));
  const below = new Set([process.pid]);
  for (let size = 0; size !== below.size;) {
    size = below.size;
    for (const { pid, parent } of processes) if (below.has(parent)) below.add(pid);
  }
  return processes
    .filter(({ pid, command }) => below.has(pid) && command.includes(commandText))
    .map(({ pid }) => pid);
}
