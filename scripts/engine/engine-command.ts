/** The engine's program as a child process in a session of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import errors from '@pulumi/pulumi/automation/errors.js';
import type { PulumiCommand } from '@pulumi/pulumi/automation/index.js';
import { SemVer } from 'semver';

/** What a finished command says. */
interface Outcome {
  stdout: string;
  stderr: string;
  code: number;
}

// The SDK keeps it out of its published types; its `Stack` decides by the class of the error that it makes.
const { createCommandError } = errors as unknown as {
  createCommandError(outcome: Outcome & { toString(): string }): Error;
};

/** The commands that work on a cluster, and may outlive us when we are killed. */
const operations = new Set(['up', 'preview', 'refresh', 'destroy']);

const running = new Set<number>();

/** Kills every engine of this process without further ado. */
export function killEngines(): void {
  for (const pid of running) {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
}

/** Options of an {@link EngineCommand}. */
export interface EngineCommandOptions {
  /** Path of the engine's program. */
  program: string;
  version: string;
  /** The engine's environment; the SDK adds what its own calls need. */
  environment: NodeJS.ProcessEnv;
  /** File that receives what the engine says while it works on a stack. */
  log: string;
}

/**
 * How the Automation API runs the engine. A session of its own keeps a terminal's interrupt away from it: it gets
 * exactly one, by the signal that it was started with, because a second one makes it drop everything. What it says
 * during an operation goes into a file, because writing to the pipe of a command that was killed would kill it too.
 */
export class EngineCommand {
  readonly command: string;
  readonly version: SemVer;
  readonly #options: EngineCommandOptions;

  constructor(options: EngineCommandOptions) {
    this.command = options.program;
    this.version = new SemVer(options.version);
    this.#options = options;
  }

  /** The same under the SDK's type, whose constructor is private. */
  get forAutomation(): PulumiCommand {
    return this as unknown as PulumiCommand;
  }

  /**
   * Runs one command. The signature is the one by which the SDK calls.
   * @throws CommandError of the SDK when it fails
   */
  async run(
    given: readonly string[],
    directory: string,
    additions: NodeJS.ProcessEnv = {},
    _onOutput?: unknown,
    _onError?: unknown,
    signal?: AbortSignal,
  ): Promise<Outcome> {
    signal?.throwIfAborted();
    const { program, environment, log } = this.#options;
    const operates = operations.has(given[0] ?? '');
    const output = operates ? openSync(log, 'a', 0o600) : undefined;
    const child = spawn(program, [...given, '--non-interactive', '--color=never'], {
      cwd: directory,
      detached: true,
      stdio: output === undefined ? ['ignore', 'pipe', 'pipe'] : ['ignore', output, output],
      env: { ...environment, ...additions, PATH: `${dirname(program)}${delimiter}${environment.PATH ?? ''}` },
    });
    if (output !== undefined) closeSync(output);
    const interrupt = () => child.kill('SIGINT');
    signal?.addEventListener('abort', interrupt);
    if (child.pid !== undefined) running.add(child.pid);
    try {
      const [stdout, stderr] = await Promise.all([
        textOf(child.stdout),
        textOf(child.stderr),
        once(child, 'exit'),
      ]);
      // A signal leaves no code.
      const code = child.exitCode ?? -1;
      const outcome = { stdout, stderr: operates ? readFileSync(log, 'utf8') : stderr, code };
      if (code === 0) return outcome;
      const last = outcome.stderr.trim().split('\n').at(-1) ?? '';
      const end = code === -1 ? 'was killed' : `failed with code ${code}`;
      const message = `pulumi ${given[0]} ${end}: ${last}`;
      throw createCommandError({ ...outcome, toString: () => message });
    } finally {
      signal?.removeEventListener('abort', interrupt);
      if (child.pid !== undefined) running.delete(child.pid);
    }
  }
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  if (!stream) return '';
  const chunks: string[] = [];
  for await (const chunk of stream.setEncoding('utf8')) chunks.push(String(chunk));
  return chunks.join('');
}
