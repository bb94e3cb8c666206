import type { Clock } from '../clock/index.ts';
import type { Running, RunningDescription, RunningState } from './running.ts';
import type { WakeUp } from './wake-up.ts';

/** What a step did. */
export interface StepResult {
  readonly handled: number;
  /** Whether there is more to do right now. */
  readonly more: boolean;
  /** Whether there is something that can't be done yet. */
  readonly heldBack?: boolean;
  /** Whether this is to run no more. */
  readonly retired?: boolean;
}

/** Work that only one process at a time may do, while it is this one's. */
export interface OwnedWork {
  /** False when it is (or may be) another process's by now; wakes the runner when that happens. */
  readonly owned: boolean;
  /** Does at most `limit` pieces. What it did before it throws stays done. */
  step(limit: number, signal: AbortSignal): Promise<StepResult>;
  release(): Promise<void>;
}

/** How a {@link BackgroundRunner} runs. */
export interface RunnerOptions {
  readonly name: string;
  /** @default 200 */
  readonly batchSize?: number | undefined;
  /** In milliseconds. @default 1000 */
  readonly pollInterval?: number | undefined;
  /** In milliseconds. @default 1000 */
  readonly takeOverInterval?: number | undefined;
  readonly clock: Clock;
  readonly wakeUp: WakeUp;
  /** Makes the work this process's; undefined while it is another's, `retired` when it is not to be done any more. */
  acquire(signal: AbortSignal): Promise<OwnedWork | 'retired' | undefined>;
  onError(error: unknown): void;
  /** Called after each step. */
  onProgress?(): void;
}

/** What waits behind an open transaction comes soon, as a rule. */
const HELD_BACK = { first: 2, longest: 100 };
const BACKOFF = { first: 50, longest: 30_000 };

/**
 * Does work in one process at a time until it is stopped. After a failure it waits, longer each time, and goes on in
 * single steps, so that a piece that can't be done keeps none before it from being done.
 */
export class BackgroundRunner implements Running {
  readonly #options: RunnerOptions;
  readonly #stop = new AbortController();
  readonly #finished: Promise<void>;
  #work: OwnedWork | undefined;
  #state: RunningState = 'standby';
  #handled = 0;
  #failures = 0;
  #lastError: string | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#finished = this.#run();
  }

  get name(): string {
    return this.#options.name;
  }

  get state(): RunningState {
    return this.#state;
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error(`${this.name} was stopped`));
    await this.#finished;
  }

  describe(): RunningDescription {
    return {
      name: this.name,
      state: this.#state,
      handled: this.#handled,
      failures: this.#failures,
      ...(this.#lastError !== undefined && { lastError: this.#lastError }),
    };
  }

  async #run(): Promise<void> {
    const { clock, wakeUp, batchSize = 200, pollInterval = 1_000, takeOverInterval = 1_000 } = this.#options;
    const signal = this.#stop.signal;
    let limit = batchSize;
    let heldBack = HELD_BACK.first;
    while (!signal.aborted) {
      const seen = wakeUp.count;
      try {
        const work = await this.#acquire(signal);
        if (work === 'retired') return await this.#end('retired');
        if (work === undefined) {
          this.#state = 'standby';
          // Those that stand by should not all look at the same moment. Events don't wake them: they don't help here.
          await pause(clock, takeOverInterval * (0.5 + Math.random() / 2), signal);
          continue;
        }
        const result = await work.step(limit, signal);
        this.#failures = 0;
        this.#handled += result.handled;
        limit = Math.min(batchSize, limit * 2);
        this.#state = result.more || result.heldBack ? 'working' : 'idle';
        this.#options.onProgress?.();
        if (result.retired) return await this.#end('retired');
        if (result.more) continue;
        if (result.heldBack) {
          await wakeUp.wait(seen, heldBack, clock, signal);
          heldBack = Math.min(heldBack * 2, HELD_BACK.longest, pollInterval);
        } else {
          heldBack = HELD_BACK.first;
          await wakeUp.wait(seen, pollInterval, clock, signal);
        }
      } catch (error) {
        if (signal.aborted) break;
        limit = 1;
        this.#fail(error);
        const longest = Math.min(BACKOFF.longest, BACKOFF.first * 2 ** Math.min(this.#failures, 16));
        await pause(clock, Math.max(BACKOFF.first / 2, Math.random() * longest), signal);
      }
    }
    await this.#end('stopped');
  }

  async #acquire(signal: AbortSignal): Promise<OwnedWork | 'retired' | undefined> {
    if (this.#work?.owned) return this.#work;
    await this.#release();
    const work = await this.#options.acquire(signal);
    if (work !== 'retired') this.#work = work;
    return work;
  }

  #fail(error: unknown): void {
    this.#failures += 1;
    this.#state = 'failing';
    this.#lastError = error instanceof Error ? error.message : String(error);
    try {
      this.#options.onError(error);
    } catch (raised) {
      process.emitWarning(`The onError of ${this.name} threw: ${raised}`);
    }
  }

  async #end(state: RunningState): Promise<void> {
    await this.#release();
    this.#state = state;
    this.#options.onProgress?.();
  }

  async #release(): Promise<void> {
    const work = this.#work;
    this.#work = undefined;
    await work?.release();
  }
}

/** Sleeps; ends early, without an error, when the signal aborts. */
async function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  await clock.sleep(milliseconds, signal).catch(() => {});
}
