import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What a {@link WorkerProcess} runs. */
export interface WorkerProcessOptions {
  /** The program, which takes its task as one JSON argument and writes a line of JSON for what is to be told. */
  readonly program: URL;
  readonly task: unknown;
  /** What is not for everybody to read, such as connection strings. */
  readonly environment: Readonly<Record<string, string>>;
  /** Called for each line that the program writes. */
  told(message: Record<string, unknown>): void;
}

/** A worker that runs in a process of its own, to be killed. */
export class WorkerProcess {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor({ program, task, environment, told }: WorkerProcessOptions) {
    const child = spawn(process.execPath, [program.pathname, JSON.stringify(task)], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = child;
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => told(JSON.parse(line) as Record<string, unknown>));
    this.#ended = Promise.all([once(child, 'exit'), once(lines, 'close')]);
  }

  /** SIGKILL: nothing is finished, nothing is given back. Resolves when all it ever wrote has been read. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  /** SIGTERM: it ends in good order. Gives its exit code. */
  stop(): Promise<number | null> {
    this.#process.kill('SIGTERM');
    return this.ended();
  }

  async ended(): Promise<number | null> {
    await this.#ended;
    return this.#process.exitCode;
  }
}
