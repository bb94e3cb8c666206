import type { Clock } from '../clock/index.ts';
import type { BackgroundRunner } from './background-runner.ts';
import type { Position } from './event.ts';
import type { RunningDescription, RunningState } from './running.ts';
import type { Subscription } from './subscription.ts';
import type { WakeUp } from './wake-up.ts';

/** How far a subscription has come. */
export interface Place {
  /** As far as this process knows. */
  readonly known: Position;
  /** As it is stored. */
  stored(): Promise<Position>;
}

/** Longest time between two looks at how far another process has come. */
const LOOK_INTERVAL = 50;

/** What callers see of a subscription or projection that runs. */
export class RunningSubscription implements Subscription {
  readonly #runner: BackgroundRunner;
  readonly #place: Place;
  readonly #progress: WakeUp;
  readonly #clock: Clock;

  constructor(runner: BackgroundRunner, place: Place, progress: WakeUp, clock: Clock) {
    this.#runner = runner;
    this.#place = place;
    this.#progress = progress;
    this.#clock = clock;
  }

  get name(): string {
    return this.#runner.name;
  }

  get state(): RunningState {
    return this.#runner.state;
  }

  get position(): Position {
    return this.#place.known;
  }

  async waitFor(position: Position, signal: AbortSignal = new AbortController().signal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const seen = this.#progress.count;
      if (this.#place.known >= position) return;
      const runsHere = this.state === 'working' || this.state === 'idle';
      if (!runsHere && (await this.#stored()) >= position) return;
      await this.#progress.wait(seen, LOOK_INTERVAL, this.#clock, signal);
    }
  }

  stop(): Promise<void> {
    return this.#runner.stop();
  }

  describe(): RunningDescription {
    return this.#runner.describe();
  }

  /** A database that can't be asked now can be asked again. */
  #stored(): Promise<Position> {
    return this.#place.stored().catch(() => this.#place.known);
  }
}
