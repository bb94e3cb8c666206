import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerProcess } from '../../../toolkit/local-servers/index.ts';
import type { PlannedFaults } from '../common/faults.ts';

const POLL_INTERVAL = 25;
const READY_LIMIT = 30_000;
/** Milliseconds for one answer about readiness. */
const READY_TIMEOUT = 1_000;
const LOG_TAIL = 3_000;

/** Where the parts of a replica listen, as origins such as `http://127.0.0.1:8080`. */
interface Origins {
  readonly api?: string;
  readonly management?: string;
  readonly faults?: string;
}

/** One running instance of a service, in a process of its own that never outlives this one. */
export class Replica {
  readonly service: string;
  readonly #process: ServerProcess;
  readonly #directory: string;
  #origins: Origins;

  private constructor(service: string, process: ServerProcess, directory: string) {
    this.service = service;
    this.#process = process;
    this.#directory = directory;
    this.#origins = readOrigins(this.log);
  }

  /**
   * Starts a service and waits until it says that it is ready.
   *
   * @param parent Directory for the directory of its log.
   * @throws Error with the end of its log.
   */
  static async start(
    service: string,
    program: string,
    environment: Readonly<Record<string, string>>,
    parent: string,
  ): Promise<Replica> {
    const directory = mkdtempSync(join(parent, `${service}-`));
    const server = await ServerProcess.start({
      name: service,
      command: process.execPath,
      arguments: ['--conditions=@ninefold/source', program],
      environment,
      directory,
      ready: (log) => log.includes('"message":"started"'),
      stopSignal: 'SIGTERM',
    });
    const replica = new Replica(service, server, directory);
    await replica.#becomesReady();
    return replica;
  }

  /** Where its API is. */
  get api(): string {
    return this.#origins.api ?? this.#missing('API');
  }

  get hasApi(): boolean {
    return this.#origins.api !== undefined;
  }

  /** Where its health, metrics and description are. */
  get management(): string {
    return this.#origins.management ?? this.#missing('management');
  }

  /** What it has written. */
  get log(): string {
    return readFileSync(join(this.#directory, 'server.log'), 'utf8');
  }

  /** Whether it wants work, by its own account. */
  async isReady(): Promise<boolean> {
    const answer = await fetch(`${this.management}/readyz`, {
      signal: AbortSignal.timeout(READY_TIMEOUT),
    }).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.status === 200;
  }

  /** Its metrics in Prometheus' text format. */
  async metrics(): Promise<string> {
    return (await fetch(`${this.management}/metrics`)).text();
  }

  /** Replaces what is to go wrong in it. */
  async planFaults(faults: PlannedFaults): Promise<void> {
    const origin = this.#origins.faults ?? this.#missing('fault control');
    const answer = await fetch(origin, { method: 'PUT', body: JSON.stringify(faults) });
    if (answer.status !== 204) throw new Error(`${this.service}: ${await answer.text()}`);
  }

  /** Stops in good order: what is at hand is done first. */
  stop(): Promise<void> {
    return this.#process.stop();
  }

  /** Ends it as a power cut would, and starts it again. */
  async crash(): Promise<void> {
    await this.#process.kill();
    await this.#process.restart();
    this.#origins = readOrigins(this.log);
    await this.#becomesReady();
  }

  async #becomesReady(): Promise<void> {
    const end = performance.now() + READY_LIMIT;
    while (!(await this.isReady())) {
      if (performance.now() > end || this.#process.pid === undefined) {
        throw new Error(`${this.service} did not become ready:\n${this.log.slice(-LOG_TAIL)}`);
      }
      await sleep(POLL_INTERVAL);
    }
  }

  #missing(part: string): never {
    throw new Error(`${this.service} has no ${part}`);
  }
}

/** Services log where their parts listen. */
function readOrigins(log: string): Origins {
  const origins: Record<string, string> = {};
  for (const line of log.split('\n')) {
    if (!line.includes('"message":"listening"')) continue;
    const { part, origin } = JSON.parse(line) as { part: string; origin: string };
    origins[part] = origin;
  }
  return origins;
}
