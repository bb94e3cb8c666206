/** Kills what takes part in `up` and `down`, at points told by how much the engine has done. */
import assert from 'node:assert/strict';
import { type ComponentName, findLab } from '../../../lab/index.ts';
import type { UpSummary } from '../../../scripts/terminal/up-summary.ts';
import { assertNoDuplicates, ourObjects, until } from './cluster.ts';
import { engineLogs, objectsDone } from './engine-log.ts';
import { enginesIn, providersIn } from './engine-processes.ts';
import type { Outcome, RunningCommand, Workbench } from './workbench.ts';

/** What is killed. */
export interface Victim {
  name: string;
  kill(running: RunningCommand): Promise<void> | void;
}

/** A victim, and how many objects the engine has done in this run when it is killed. */
export type Kill = readonly [objects: number, victim: Victim];

/** One environment of a workbench, whose commands are killed. Its lab is kept throughout. */
export class KilledEnvironment {
  readonly #bench: Workbench;
  readonly #environment: string;
  readonly command: Victim = {
    name: 'the command',
    kill: ({ process: child }) => void child.kill('SIGKILL'),
  };
  readonly engine: Victim;
  readonly provider: Victim;

  /** @param environment Name of an environment that is written already; the lab has the same name. */
  constructor(bench: Workbench, environment: string) {
    this.#bench = bench;
    this.#environment = environment;
    this.engine = this.#processes('the engine', enginesIn);
    this.provider = this.#processes('the provider', providersIn);
  }

  /** Runs `up` to its end, which must be good and leave nothing that nobody knows. */
  async up(): Promise<UpSummary> {
    const summary = await this.#bench.json<UpSummary>('up', '--env', this.#environment);
    assert.deepEqual(summary.strays, []);
    return summary;
  }

  /** Runs `down` to its end, after which nothing of the environment may be in the cluster. */
  async down(): Promise<void> {
    const { code, stderr } = await this.#bench.run('down', ...this.#options('down'));
    assert.equal(code, 0, stderr);
    const client = await this.#bench.connect(this.#environment);
    assert.deepEqual(await ourObjects(client, this.#environment), []);
    await client.close();
  }

  /** How many objects of the environment are in the cluster, each of them owned by one resource. */
  async count(): Promise<number> {
    const client = await this.#bench.connect(this.#environment);
    try {
      return await assertNoDuplicates(client, this.#environment);
    } finally {
      await client.close();
    }
  }

  /**
   * Runs a command and kills one victim after another in it. The engine of a killed command finishes its layer, and a
   * command goes on while a component of the control plane is away; everything else ends it.
   */
  async killDuring(command: 'up' | 'down', ...kills: readonly Kill[]): Promise<void> {
    const lab = this.#bench.lab(this.#environment);
    const before = engineLogs(lab).length;
    const running = this.#bench.start(
      command,
      ...this.#options(command),
      ...this.#bench.environmentOptions(command),
    );
    let ended: Outcome | undefined;
    void running.outcome.then((outcome) => {
      ended = outcome;
    });
    for (const [objects, victim] of kills) {
      await until(`${command} to have done ${objects} objects`, () => {
        assert.ok(!ended, `${command} ended before it had done ${objects} objects\n${ended?.stderr}`);
        const log = engineLogs(lab)[before];
        return log !== undefined && objectsDone(log) >= objects;
      });
      await victim.kill(running);
    }
    await running.outcome;
  }

  /** A component of the control plane: killed and, while the command waits for it, started again. */
  component(name: ComponentName): Victim {
    return {
      name,
      kill: async () => {
        const pid = (await findLab(`${this.#bench.home}/labs`, this.#environment))?.pids[name];
        assert.ok(pid, `${name} does not run`);
        process.kill(pid, 'SIGKILL');
        const { code, stderr } = await this.#bench.run('lab', 'start', '--name', this.#environment);
        assert.equal(code, 0, stderr);
      },
    };
  }

  #processes(name: string, find: (home: string) => number[]): Victim {
    return {
      name,
      kill: () => {
        const pids = find(this.#bench.home);
        assert.ok(pids.length > 0, `${name} does not run`);
        for (const pid of pids) process.kill(pid, 'SIGKILL');
      },
    };
  }

  #options(command: 'up' | 'down'): string[] {
    return ['--env', this.#environment, ...(command === 'down' ? ['--yes', '--keep-lab'] : [])];
  }
}
