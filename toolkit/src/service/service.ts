import { type Clock, systemClock } from '../clock/index.ts';
import type { ServiceContract } from '../contract/index.ts';
import type { Component } from './component.ts';
import { compareWithContract, type Difference, NotGrantedError } from './contract-check.ts';
import { CheckRunner, type HealthCheck, type HealthReport } from './health.ts';
import { closeComponents, type ServiceState, stopComponents } from './lifecycle.ts';
import { type ManagementOptions, ManagementServer } from './management-server.ts';

/**
 * What a service is made of.
 *
 * @example
 * const options: ServiceOptions = { contract, components: [database, consumer, server] };
 */
export interface ServiceOptions {
  /** What it may use. @default nothing is checked */
  readonly contract?: ServiceContract;
  /** @default the contract's name */
  readonly name?: string;
  /** Started in this order, stopped the other way round. */
  readonly components: readonly Component[];
  /** Checks beside those of the components. @default [] */
  readonly checks?: readonly HealthCheck[];
  /** Health and metrics on a port of their own; `false` for none. @default on the contract's port and paths */
  readonly management?: ManagementOptions | false;
  /**
   * Milliseconds between readiness going off and taking no new work, until load balancers have noticed.
   * @default 5000
   */
  readonly noticeTime?: number;
  /** Milliseconds that work at hand is given to end. @default 20000 */
  readonly drainTime?: number;
  /** Milliseconds that a component is given to close. @default 5000 */
  readonly closeTime?: number;
  /** Told of what the contract grants and nothing uses. @default a process warning each */
  readonly onDrift?: (difference: Difference) => void;
  /** Told of what went wrong on the way down, which goes on all the same. @default a process warning */
  readonly onStopProblem?: (error: unknown, component: string) => void;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * What a service is and how it stands, as plain data.
 *
 * @example
 * const { state, components }: ServiceDescription = service.describe();
 */
export interface ServiceDescription {
  readonly kind: 'service';
  readonly name: string;
  readonly state: ServiceState;
  /** In the order in which they start, each with its own description where it has one. */
  readonly components: readonly { readonly name: string; readonly description?: unknown }[];
  /** What the contract grants and nothing uses. */
  readonly drift: readonly Difference[];
}

/**
 * A service: its parts, their order, and how it stands; made by {@link createService}.
 *
 * @example
 * const service: Service = createService({ contract, components });
 * await service.run();
 */
export interface Service {
  readonly name: string;
  readonly state: ServiceState;
  /**
   * Checks the needs of the components against the contract and starts them one after the other. When one fails,
   * those before it are closed.
   *
   * @throws `NotGrantedError` when the code needs what the contract does not grant; what a component failed with.
   */
  start(): Promise<void>;
  /**
   * Readiness off, wait, take no new work, finish what is at hand, close. Calling it again waits for the same.
   */
  stop(): Promise<void>;
  /**
   * Starts, and stops at SIGTERM or SIGINT; a second signal ends the process at once. Resolves when all is closed.
   *
   * @throws what {@link Service.start} throws.
   */
  run(): Promise<void>;
  /** Whether the process is worth keeping. */
  liveness(): Promise<HealthReport>;
  /** Whether it should be given work. */
  readiness(): Promise<HealthReport>;
  describe(): ServiceDescription;
}

const NOTICE_TIME = 5_000;
const DRAIN_TIME = 20_000;
const CLOSE_TIME = 5_000;
/** An hour. */
const LONG = 3_600_000;

/**
 * Puts the parts of a service together. Nothing happens until it is started.
 *
 * @throws TypeError when two components have one name.
 * @example
 * const service = createService({ contract, components: [database, consumer, http.listen(app, { port: 8080 })] });
 * await service.run();
 */
export function createService(options: ServiceOptions): Service {
  return new ComponentService(options);
}

class ComponentService implements Service {
  readonly name: string;
  readonly #options: ServiceOptions;
  readonly #clock: Clock;
  readonly #checks: readonly { readonly check: HealthCheck; readonly runner: CheckRunner }[];
  readonly #stopping = new AbortController();
  #state: ServiceState = 'new';
  #drift: readonly Difference[] = [];
  #started: Component[] = [];
  #starting: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  #management: ManagementServer | undefined;

  constructor(options: ServiceOptions) {
    this.name = options.name ?? options.contract?.name ?? 'service';
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const names = options.components.map(({ name }) => name);
    const twice = names.filter((name, index) => names.indexOf(name) !== index);
    if (twice.length > 0)
      throw new TypeError(`components: several are called ${twice.join(', ')}: name each differently`);
    const checks = [
      ...options.components.flatMap((component) => component.checks ?? []),
      ...(options.checks ?? []),
    ];
    this.#checks = checks.map((check) => ({ check, runner: new CheckRunner(check, this.#clock) }));
  }

  get state(): ServiceState {
    return this.#state;
  }

  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async run(): Promise<void> {
    const { promise: told, resolve: tell } = Promise.withResolvers<void>();
    let signals = 0;
    const onSignal = (signal: NodeJS.Signals): void => {
      signals += 1;
      // As the shell reports a process that a signal has ended.
      if (signals > 1) process.exit(signal === 'SIGINT' ? 130 : 143);
      tell();
      void this.stop();
    };
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
    // Waiting for a signal keeps no process alive by itself.
    const alive = setInterval(() => {}, LONG);
    try {
      await this.start();
      await told;
      await this.stop();
    } finally {
      clearInterval(alive);
      process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
    }
  }

  liveness(): Promise<HealthReport> {
    return this.#report('liveness');
  }

  async readiness(): Promise<HealthReport> {
    if (this.#state !== 'ready') {
      return { healthy: false, problem: `the service is ${this.#state}`, checks: [] };
    }
    return this.#report('readiness');
  }

  describe(): ServiceDescription {
    return {
      kind: 'service',
      name: this.name,
      state: this.#state,
      components: this.#options.components.map((component) => ({
        name: component.name,
        ...(component.describe && { description: component.describe() }),
      })),
      drift: this.#drift,
    };
  }

  async #start(): Promise<void> {
    this.#state = 'starting';
    try {
      this.#checkContract();
      await this.#startManagement();
      for (const component of this.#options.components) {
        this.#started.push(component);
        await component.start?.(this.#stopping.signal);
        this.#stopping.signal.throwIfAborted();
      }
      this.#state = 'ready';
    } catch (error) {
      // When it was told to stop meanwhile, stopping closes what was started, and starting has not failed.
      if (this.#stopping.signal.aborted) return;
      this.#state = 'failed';
      await this.#close();
      throw error;
    }
  }

  #checkContract(): void {
    const { contract, components } = this.#options;
    if (!contract) return;
    const differences = compareWithContract(contract, components);
    const refused = differences.filter((difference) => difference.refused);
    if (refused.length > 0) throw new NotGrantedError(this.name, refused);
    this.#drift = differences;
    const onDrift =
      this.#options.onDrift ??
      (({ path, problem, fix }: Difference) => {
        process.emitWarning(`the contract of ${this.name} at ${path} ${problem}: ${fix}`, 'ContractDrift');
      });
    for (const difference of differences) onDrift(difference);
  }

  async #startManagement(): Promise<void> {
    const { management, contract } = this.#options;
    if (management === false || (management === undefined && contract === undefined)) return;
    this.#management = new ManagementServer(this, { ...contract?.management, ...management });
    await this.#management.start();
  }

  async #stop(): Promise<void> {
    this.#stopping.abort(new Error(`${this.name} was told to stop`));
    const wasReady = this.#state === 'ready';
    if (this.#state !== 'failed') this.#state = 'stopping';
    await this.#starting?.catch(() => {});
    const { noticeTime = NOTICE_TIME, drainTime = DRAIN_TIME } = this.#options;
    await stopComponents(this.#started.toReversed(), {
      clock: this.#clock,
      // Who was never ready was never given work.
      noticeTime: wasReady ? noticeTime : 0,
      drainTime,
      onProblem: this.#onStopProblem,
    });
    await this.#close();
    if (this.#state === 'stopping') this.#state = 'stopped';
  }

  async #close(): Promise<void> {
    const { closeTime = CLOSE_TIME } = this.#options;
    const started = this.#started.toReversed();
    this.#started = [];
    await closeComponents(started, { clock: this.#clock, closeTime, onProblem: this.#onStopProblem });
    await this.#management?.stop();
    this.#management = undefined;
  }

  readonly #onStopProblem = (error: unknown, component: string): void => {
    const { onStopProblem } = this.#options;
    if (onStopProblem) onStopProblem(error, component);
    else process.emitWarning(`${component} did not stop in good order: ${String(error)}`, 'StopProblem');
  };

  async #report(kind: 'liveness' | 'readiness'): Promise<HealthReport> {
    const concerned = this.#checks.filter(({ check }) => (check.affects ?? 'readiness') === kind);
    const checks = await Promise.all(concerned.map(({ runner }) => runner.result()));
    return { healthy: checks.every(({ healthy }) => healthy), checks };
  }
}
