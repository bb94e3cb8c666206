import { SlidingWindow } from './sliding-window.ts';

/**
 * `closed` lets calls through, `open` refuses them, `half-open` lets a few through on trial, `isolated` refuses until
 * a person says otherwise.
 *
 * @example
 * ```ts
 * const state: CircuitState = breaker.state;
 * ```
 */
export type CircuitState = 'closed' | 'open' | 'half-open' | 'isolated';

/** What decides about a circuit; durations in milliseconds, rates as shares of one. */
export interface CircuitSettings {
  readonly failureRate: number;
  readonly slowRate: number;
  readonly window: number;
  readonly minimumCalls: number;
  readonly openFor: number;
  readonly trials: number;
}

/** The circuit breaker's state machine: told the time with every step, it knows no clock and no promises. */
export class Circuit {
  state: CircuitState = 'closed';
  /** When the state was entered. */
  since: number;
  /** Counts the changes of state. A call that began before a change says nothing about the state after it. */
  generation = 0;
  readonly window: SlidingWindow;
  readonly #settings: CircuitSettings;
  readonly #changed: (from: CircuitState, to: CircuitState, now: number) => void;
  #trialsTaken = 0;
  #trialsEnded = 0;
  #trialFailures = 0;
  #slowTrials = 0;

  constructor(
    settings: CircuitSettings,
    now: number,
    changed: (from: CircuitState, to: CircuitState, now: number) => void,
  ) {
    this.#settings = settings;
    this.#changed = changed;
    this.since = now;
    this.window = new SlidingWindow(settings.window);
  }

  /** Whether a call may pass now. In half-open state a `true` takes one of the trials. */
  admits(now: number): boolean {
    if (this.state === 'closed') return true;
    if (this.state === 'isolated') return false;
    if (this.state === 'open') {
      if (now - this.since < this.#settings.openFor) return false;
      this.become('half-open', now);
    }
    if (this.#trialsTaken < this.#settings.trials) {
      this.#trialsTaken++;
      return true;
    }
    // Trials that hang would keep the circuit half-open for ever: after the time of an opening they have failed.
    if (now - this.since >= this.#settings.openFor) this.become('open', now);
    return false;
  }

  /** Closed, with neither a failure nor a slow call in the window. */
  get isSpotless(): boolean {
    return this.state === 'closed' && this.window.failures === 0 && this.window.slowCalls === 0;
  }

  /** Milliseconds until a call may pass: the least that a caller should wait. */
  retryAfter(now: number): number {
    if (this.state === 'closed') return 0;
    return Math.max(0, this.#settings.openFor - (now - this.since));
  }

  /** How an admitted call of that generation ended. */
  record(generation: number, now: number, failed: boolean, slow: boolean): void {
    if (generation !== this.generation) return;
    if (this.state === 'closed') {
      this.window.record(now, failed, slow);
      this.#judgeWindow(now);
    } else if (this.state === 'half-open') {
      this.#trialsEnded++;
      if (failed) this.#trialFailures++;
      if (slow) this.#slowTrials++;
      this.#judgeTrials(now);
    }
  }

  /** An admitted call of that generation says nothing about the other side: its trial is free again. */
  ignore(generation: number): void {
    if (generation === this.generation && this.state === 'half-open') this.#trialsTaken--;
  }

  become(state: CircuitState, now: number): void {
    const from = this.state;
    if (from === state) return;
    this.state = state;
    this.since = now;
    this.generation++;
    this.#trialsTaken = 0;
    this.#trialsEnded = 0;
    this.#trialFailures = 0;
    this.#slowTrials = 0;
    this.window.clear();
    this.#changed(from, state, now);
  }

  #judgeWindow(now: number): void {
    const { calls, failures, slowCalls } = this.window;
    if (failures === 0 && slowCalls === 0) return;
    const { minimumCalls, failureRate, slowRate } = this.#settings;
    if (calls < minimumCalls) return;
    if (failures >= failureRate * calls || slowCalls >= slowRate * calls) this.become('open', now);
  }

  #judgeTrials(now: number): void {
    const { trials, failureRate, slowRate } = this.#settings;
    // As soon as no outcome of the rest could change it.
    if (this.#trialFailures >= failureRate * trials || this.#slowTrials >= slowRate * trials) {
      this.become('open', now);
    } else if (this.#trialsEnded >= trials) this.become('closed', now);
  }
}
