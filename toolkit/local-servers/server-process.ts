import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a server is run. */
export interface ServerProcessOptions {
  /** What the server is called in messages. */
  readonly name: string;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Who runs it. @default who runs us */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Its data and its log, `server.log`; removed when this process ends, however it ends. */
  readonly directory: string;
  /** Looks whether the server accepts connections; `log` is what it has written since it was started. */
  ready(log: string, pid: number): boolean;
  /** Asks it to stop in good order. */
  readonly stopSignal: NodeJS.Signals;
  /** Ends it at once when this process has died. @default 'SIGKILL' */
  readonly orphanSignal?: NodeJS.Signals;
}

/** A server that other processes use: it can be stopped, killed and started again with the same data. */
export interface RestartableServer {
  /** Stops in good order; the data stays until this process ends. */
  stop(): Promise<void>;
  /** Ends it as a power cut would: SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again with its data at the same address; stops it first when it runs. */
  restart(): Promise<void>;
}

const START_LIMIT = 60_000;
const STOP_LIMIT = 30_000;
const POLL_INTERVAL = 20;

/**
 * Waits until its standard input closes, which the system does when the test's process ends in whatever way, then
 * ends the server whose id it was told last and removes the directory.
 */
const ORPHAN_WATCH = `
pid=
while read -r line; do pid=$line; done
[ -n "$pid" ] && kill -"$1" "$pid" 2>/dev/null
tries=0
until rm -rf "$2" 2>/dev/null || [ "$tries" -ge 50 ]; do tries=$((tries + 1)); sleep 0.1; done
`;

/** Starts a server, waits until it is ready, and sees to it that it never outlives this process. */
export class ServerProcess implements RestartableServer {
  readonly #options: ServerProcessOptions;
  readonly #watch: Socket;
  #process: ChildProcess | undefined;

  private constructor(options: ServerProcessOptions) {
    this.#options = options;
    const signal = (options.orphanSignal ?? 'SIGKILL').slice('SIG'.length);
    const watch = spawn('/bin/sh', ['-c', ORPHAN_WATCH, 'orphan-watch', signal, options.directory], {
      stdio: ['pipe', 'ignore', 'ignore'],
      // In a group of its own, so that Ctrl-C reaches the tests and leaves the cleaning up to it.
      detached: true,
    });
    watch.unref();
    this.#watch = watch.stdin as Socket;
    this.#watch.unref();
    this.#watch.on('error', () => {});
  }

  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    const server = new ServerProcess(options);
    await server.#start();
    return server;
  }

  /** The process id while it runs. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    child.kill(this.#options.stopSignal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT);
    await this.#ended(child);
    clearTimeout(timer);
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    child.kill('SIGKILL');
    await this.#ended(child);
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.#start();
  }

  async #start(): Promise<void> {
    const { name, command, directory, environment, user } = this.#options;
    const logPath = join(directory, 'server.log');
    const log = openSync(logPath, 'w');
    const child = spawn(command, this.#options.arguments, {
      cwd: directory,
      env: { ...process.env, ...environment },
      stdio: ['ignore', log, log],
      detached: true,
      ...user,
    });
    closeSync(log);
    child.once('error', () => {});
    if (child.pid === undefined) throw new Error(`${name} could not be run: ${command}`);
    this.#watch.write(`${child.pid}\n`);
    this.#process = child;
    const deadline = performance.now() + START_LIMIT;
    for (;;) {
      const written = readFileSync(logPath, 'utf8');
      if (hasEnded(child)) {
        this.#forget();
        throw new Error(`${name} ended while starting:\n${written.slice(-4_000)}`);
      }
      if (this.#options.ready(written, child.pid)) break;
      if (performance.now() > deadline) {
        await this.kill();
        throw new Error(`${name} was not ready within ${START_LIMIT} ms:\n${written.slice(-4_000)}`);
      }
      await sleep(POLL_INTERVAL);
    }
    child.unref();
  }

  async #ended(child: ChildProcess): Promise<void> {
    child.ref();
    if (!hasEnded(child)) await once(child, 'exit');
    this.#forget();
  }

  #forget(): void {
    this.#process = undefined;
    this.#watch.write('\n');
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
