import { type Clock, systemClock } from '../clock/index.ts';

/**
 * One thing that a service's health depends on.
 *
 * @example
 * const check: HealthCheck = { name: 'database', check: async () => void (await pool.query('select 1')) };
 */
export interface HealthCheck {
  readonly name: string;
  /**
   * What follows when it fails: `readiness` takes the instance out of service until it passes again; `liveness` has it
   * restarted, so use that only for what a restart heals. @default 'readiness'
   */
  readonly affects?: 'readiness' | 'liveness';
  /** Passes by returning or resolving, fails by throwing. The signal aborts when its time is over. */
  check(signal: AbortSignal): Promise<void> | void;
  /** Milliseconds. @default 1000 */
  readonly timeout?: number;
  /** Milliseconds for which a result counts, so that probes cost little. @default 1000 */
  readonly maximumAge?: number;
}

/**
 * What one check found.
 *
 * @example
 * const result: CheckResult = { name: 'database', healthy: false, problem: 'connect ECONNREFUSED 127.0.0.1:5432' };
 */
export interface CheckResult {
  readonly name: string;
  readonly healthy: boolean;
  /** Why it failed. */
  readonly problem?: string;
}

/**
 * How a service stands.
 *
 * @example
 * const { healthy, checks }: HealthReport = await service.readiness();
 */
export interface HealthReport {
  readonly healthy: boolean;
  /** Why it is not healthy whatever the checks say, such as `the service is starting`. */
  readonly problem?: string;
  readonly checks: readonly CheckResult[];
}

const DEFAULT_TIMEOUT = 1_000;
const DEFAULT_AGE = 1_000;

/** Runs one check at a time, within its time, and remembers what it found. */
export class CheckRunner {
  readonly #check: HealthCheck;
  readonly #clock: Clock;
  #running: Promise<CheckResult> | undefined;
  #last: { readonly result: CheckResult; readonly at: number } | undefined;

  constructor(check: HealthCheck, clock: Clock = systemClock) {
    this.#check = check;
    this.#clock = clock;
  }

  result(): Promise<CheckResult> {
    const last = this.#last;
    const age = this.#check.maximumAge ?? DEFAULT_AGE;
    if (last && this.#clock.now() - last.at < age) return Promise.resolve(last.result);
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<CheckResult> {
    const { name, timeout = DEFAULT_TIMEOUT } = this.#check;
    const controller = new AbortController();
    let cancel = (): void => {};
    const tooLate = new Promise<never>((_, reject) => {
      const timer = this.#clock.setTimeout(() => {
        const reason = new Error(`no result within ${timeout} ms`);
        controller.abort(reason);
        reject(reason);
      }, timeout);
      timer.unref();
      cancel = () => this.#clock.clearTimeout(timer);
    });
    let result: CheckResult;
    try {
      await Promise.race([Promise.resolve(this.#check.check(controller.signal)), tooLate]);
      result = { name, healthy: true };
    } catch (error) {
      result = { name, healthy: false, problem: error instanceof Error ? error.message : String(error) };
    } finally {
      cancel();
    }
    this.#last = { result, at: this.#clock.now() };
    this.#running = undefined;
    return result;
  }
}
