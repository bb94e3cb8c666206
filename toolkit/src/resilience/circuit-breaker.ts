import { DeadlineExceeded } from '../context/index.ts';
import { Circuit, type CircuitState } from './circuit.ts';
import { CircuitOpenError, RejectedError, TimeoutError } from './errors.ts';
import type { CancelListener, Scope } from './scope.ts';
import { SettingsCheck } from './settings.ts';
import type { Receiver, Stage } from './stage.ts';
import {
  Strategy,
  type StrategyDescription,
  type StrategyOptions,
  type StrategySnapshot,
} from './strategy.ts';

/**
 * When a circuit breaker opens and closes.
 *
 * @example
 * ```ts
 * const options: CircuitBreakerOptions = { failureRate: 0.3, slowAfter: 800 };
 * ```
 */
export interface CircuitBreakerOptions extends StrategyOptions {
  /** The share of failures in the window that opens it. @default 0.5 */
  readonly failureRate?: number;
  /** Milliseconds from which a call counts as slow, whether it succeeded or not. @default Infinity, so never */
  readonly slowAfter?: number;
  /** The share of slow calls in the window that opens it. @default 0.5 */
  readonly slowRate?: number;
  /** Over how many milliseconds the shares are taken; it moves on in tenths. @default 10000 */
  readonly window?: number;
  /** Fewer calls in the window than this never open it. @default 20 */
  readonly minimumCalls?: number;
  /** Milliseconds that it stays open before it lets calls try. @default 5000 */
  readonly openFor?: number;
  /** How many calls are let through, and have to end, before a half-open circuit closes or opens. @default 5 */
  readonly trials?: number;
  /**
   * Whether an error tells that the other side is unwell. Not asked about calls that the caller gave up or that a
   * strategy further in refused: these count as neither. @default every error
   */
  readonly isFailure?: (error: unknown) => boolean;
}

/**
 * Stops calling what keeps failing, or keeps being slow, and tries it again after a while with a few calls.
 *
 * @throws {@link CircuitOpenError} through the promise.
 * @example
 * ```ts
 * const breaker = circuitBreaker({ name: 'stock', slowAfter: 500 });
 * const stock = await breaker.execute((attempt) => fetch(url, { signal: attempt.signal }));
 * ```
 */
export function circuitBreaker(options: CircuitBreakerOptions = {}): CircuitBreaker {
  return new CircuitBreaker(options);
}

/**
 * Made by {@link circuitBreaker}.
 *
 * @example
 * ```ts
 * const breaker: CircuitBreaker = circuitBreaker();
 * if (breaker.state === 'open') console.log('not calling at the moment');
 * ```
 */
export class CircuitBreaker extends Strategy {
  readonly kind = 'circuit-breaker';
  /** @internal */ readonly circuit: Circuit;
  /** @internal */ readonly slowAfter: number;
  /** @internal */ readonly isFailure: (error: unknown) => boolean;
  /** @internal */ readonly counts = { succeeded: 0, failed: 0, ignored: 0, slow: 0, rejected: 0 };
  readonly #settings: Record<string, number>;
  /** How often each state was entered, and the milliseconds spent in it until it was left. */
  readonly #entered = { closed: 0, open: 0, halfOpen: 0, isolated: 0 };
  readonly #spent = { closed: 0, open: 0, halfOpen: 0, isolated: 0 };

  constructor(options: CircuitBreakerOptions = {}) {
    super(options, 'circuit-breaker');
    const check = new SettingsCheck(this.name);
    const settings = {
      failureRate: check.share('failureRate', options.failureRate ?? 0.5),
      slowRate: check.share('slowRate', options.slowRate ?? 0.5),
      window: check.positive('window', options.window ?? 10_000),
      minimumCalls: check.whole('minimumCalls', options.minimumCalls ?? 20, 1),
      openFor: check.positive('openFor', options.openFor ?? 5_000),
      trials: check.whole('trials', options.trials ?? 5, 1),
    };
    this.slowAfter = check.positive('slowAfter', options.slowAfter ?? Number.POSITIVE_INFINITY);
    check.check();
    this.#settings = { ...settings, slowAfter: this.slowAfter };
    this.isFailure = options.isFailure ?? (() => true);
    this.circuit = new Circuit(settings, this.clock.now(), (from, to, now) => this.#changed(from, to, now));
  }

  /** The state of the moment. An open circuit turns half-open with the first call after `openFor`. */
  get state(): CircuitState {
    return this.circuit.state;
  }

  /** Refuses every call until {@link reset}: for maintenance, or to stop a cascade by hand. */
  isolate(): void {
    this.circuit.become('isolated', this.clock.now());
  }

  /** Closes the circuit and forgets the window. */
  reset(): void {
    const now = this.clock.now();
    if (this.circuit.state === 'closed') this.circuit.window.clear();
    else this.circuit.become('closed', now);
  }

  describe(): StrategyDescription {
    return { kind: this.kind, name: this.name, settings: this.#settings };
  }

  snapshot(): StrategySnapshot {
    const now = this.clock.now();
    const { window, state, since } = this.circuit;
    window.forget(now);
    const spent = { ...this.#spent };
    spent[camel(state)] += now - since;
    return {
      kind: this.kind,
      name: this.name,
      state,
      counters: {
        ...this.counts,
        enteredClosed: this.#entered.closed,
        enteredOpen: this.#entered.open,
        enteredHalfOpen: this.#entered.halfOpen,
        enteredIsolated: this.#entered.isolated,
        closedMilliseconds: spent.closed,
        openMilliseconds: spent.open,
        halfOpenMilliseconds: spent.halfOpen,
        isolatedMilliseconds: spent.isolated,
      },
      gauges: {
        windowCalls: window.calls,
        failureRate: window.calls === 0 ? 0 : window.failures / window.calls,
        slowRate: window.calls === 0 ? 0 : window.slowCalls / window.calls,
      },
    };
  }

  /** @internal */
  link(next: Stage): Stage {
    return (receiver, scope, now) => {
      const { circuit } = this;
      if (circuit.state !== 'closed' && !circuit.admits(now)) this.#reject(receiver, now);
      else next(new GuardedCall(this, receiver, scope, now), scope, now);
    };
  }

  #reject(receiver: Receiver, now: number): void {
    this.counts.rejected++;
    const error = new CircuitOpenError(this.name, this.circuit.retryAfter(now));
    if (this.isObserved) this.emit({ type: 'rejected', strategy: this.name, error });
    receiver.fail(error);
  }

  #changed(from: CircuitState, to: CircuitState, now: number): void {
    this.#entered[camel(to)]++;
    this.#spent[camel(from)] += now - this.#since;
    this.#since = now;
    if (this.isObserved) this.emit({ type: 'state-changed', strategy: this.name, from, to });
  }

  #since = this.clock.now();
}

function camel(state: CircuitState): 'closed' | 'open' | 'halfOpen' | 'isolated' {
  return state === 'half-open' ? 'halfOpen' : state;
}

/** One call that the breaker let through. */
class GuardedCall implements Receiver, CancelListener {
  nextListener: CancelListener | undefined;
  readonly #breaker: CircuitBreaker;
  readonly #receiver: Receiver;
  readonly #scope: Scope;
  readonly #generation: number;
  readonly #started: number;
  #isJudged = false;

  constructor(breaker: CircuitBreaker, receiver: Receiver, scope: Scope, now: number) {
    this.#breaker = breaker;
    this.#receiver = receiver;
    this.#scope = scope;
    this.#generation = breaker.circuit.generation;
    this.#started = now;
    scope.onCancel(this);
  }

  succeed(value: unknown): void {
    if (!this.#isJudged) this.#record(false);
    this.#receiver.succeed(value);
  }

  fail(error: unknown): void {
    if (this.#scope.isCancelled) this.cancelled(this.#scope.reason);
    if (this.#isJudged) {
      this.#receiver.fail(error);
      return;
    }
    let outcome = error;
    try {
      if (wasRefusedInside(error)) this.#ignore();
      else this.#record(this.#breaker.isFailure(error));
    } catch (thrown) {
      this.#ignore();
      outcome = thrown;
    }
    this.#receiver.fail(outcome);
  }

  /** Time that ran out speaks against the other side; a caller that lost interest does not. */
  cancelled(reason: unknown): void {
    if (this.#isJudged) return;
    if (reason instanceof TimeoutError || reason instanceof DeadlineExceeded) this.#record(true);
    else this.#ignore();
  }

  #record(failed: boolean): void {
    this.#isJudged = true;
    const { circuit, clock, counts, slowAfter } = this.#breaker;
    // A success changes nothing where nothing speaks against the other side: no reason to read the clock for it.
    const isPlain = !failed && slowAfter === Number.POSITIVE_INFINITY && circuit.isSpotless;
    const now = isPlain ? this.#started : clock.now();
    const slow = now - this.#started >= slowAfter;
    if (failed) counts.failed++;
    else counts.succeeded++;
    if (slow) counts.slow++;
    circuit.record(this.#generation, now, failed, slow);
  }

  #ignore(): void {
    this.#isJudged = true;
    this.#breaker.counts.ignored++;
    this.#breaker.circuit.ignore(this.#generation);
  }
}

/** A full bulkhead or a used-up rate of our own says nothing about the other side. */
function wasRefusedInside(error: unknown): boolean {
  return error instanceof RejectedError && !error.retryable;
}
