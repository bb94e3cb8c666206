/** A place of its own for one end-to-end test file: its labs, its environments, its command line. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listLabs, removeLab } from '../../../lab/index.ts';
import { KubernetesClient } from '../../../lab/kubernetes/index.ts';

const program = join(import.meta.dirname, '../../../scripts/ninefold.js');

/** What came of a command. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Options of a workbench. */
export interface WorkbenchOptions {
  /** Directory of upstream definitions. @default none: the permissive ones, which are quick to install */
  mirror?: string;
  /** Further environment variables of every command. */
  environment?: NodeJS.ProcessEnv;
}

/** A temporary home for labs and environments. What runs in it ends with it. */
export class Workbench {
  readonly directory = mkdtempSync(join(tmpdir(), 'ninefold-end-to-end-'));
  readonly home = join(this.directory, 'home');
  readonly environments = join(this.directory, 'environments');
  /** Environment variables of every command; may be changed between commands. */
  readonly variables: NodeJS.ProcessEnv;

  constructor({ mirror, environment }: WorkbenchOptions = {}) {
    const none = join(this.directory, 'no-mirror');
    for (const directory of [this.environments, none]) mkdirSync(directory);
    this.variables = {
      ...process.env,
      NINEFOLD_HOME: this.home,
      NINEFOLD_MIRROR: mirror ?? none,
      NO_COLOR: '1',
      // The user's own cluster, which no command for a lab may touch or ask.
      KUBECONFIG: join(this.directory, 'user-kubeconfig'),
      ...environment,
    };
    // The test runner's own variables would make a child report to it.
    delete this.variables.NODE_TEST_CONTEXT;
  }

  /** Writes an environment file. */
  writeEnvironment(name: string, content: string): void {
    writeFileSync(join(this.environments, `${name}.yaml`), content);
  }

  /** Directory of a lab. */
  lab(name: string): string {
    return join(this.home, 'labs', name);
  }

  /** Starts a command without waiting for it. */
  start(...command: string[]): RunningCommand {
    return new RunningCommand(command, this.variables);
  }

  /** Runs a command to its end, with the environments of this workbench. */
  run(command: string, ...options: string[]): Promise<Outcome> {
    return this.start(command, ...options, ...this.environmentOptions(command)).outcome;
  }

  /** Runs a command that prints JSON. */
  async json<T>(command: string, ...options: string[]): Promise<T> {
    const outcome = await this.run(command, ...options, '--json');
    if (outcome.code !== 0)
      throw new Error(`ninefold ${command} ended with ${outcome.code}\n${outcome.stderr}`);
    return JSON.parse(outcome.stdout);
  }

  /** The kubeconfig of a lab. */
  kubeconfig(lab: string): string {
    return join(this.lab(lab), 'kubeconfig');
  }

  /** A client for a lab. */
  connect(lab: string): Promise<KubernetesClient> {
    return KubernetesClient.fromKubeconfig(this.kubeconfig(lab));
  }

  /** What makes a command look for environments here. */
  environmentOptions(command: string): string[] {
    return ['up', 'down', 'preview', 'status', 'settings', 'recovery-plan'].includes(command)
      ? ['--environments', this.environments]
      : [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { directory } of await listLabs(join(this.home, 'labs'))) await removeLab(directory);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A command that runs. */
export class RunningCommand {
  readonly process: ChildProcess;
  readonly outcome: Promise<Outcome>;

  constructor(command: readonly string[], environment: NodeJS.ProcessEnv) {
    const child = spawn(process.execPath, [program, ...command], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = child;
    const stdout = text(child.stdout);
    const stderr = text(child.stderr);
    this.outcome = once(child, 'exit').then(async ([code]) => ({
      code: (code as number | null) ?? -1,
      stdout: await stdout,
      stderr: await stderr,
    }));
  }
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: string[] = [];
  for await (const chunk of stream.setEncoding('utf8')) chunks.push(String(chunk));
  return chunks.join('');
}
