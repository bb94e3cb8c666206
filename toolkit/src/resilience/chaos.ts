import type { Deadline } from './deadline-queue.ts';
import { InjectedFaultError } from './errors.ts';
import type { Fault, FaultSource } from './fault.ts';
import type { CancelListener, Scope } from './scope.ts';
import type { Receiver, Stage } from './stage.ts';
import {
  Strategy,
  type StrategyDescription,
  type StrategyOptions,
  type StrategySnapshot,
} from './strategy.ts';

/**
 * What is to go wrong, and whether it may.
 *
 * @example
 * ```ts
 * const options: ChaosOptions = { faults: plan.edge('stock'), enabled: () => flags.chaos };
 * ```
 */
export interface ChaosOptions extends StrategyOptions {
  /** Where the faults come from. */
  readonly faults: FaultSource;
  /** Asked before each attempt. @default always */
  readonly enabled?: () => boolean;
}

/**
 * Injects faults, to see whether everything around withstands them. Belongs innermost, next to the work.
 *
 * @example
 * ```ts
 * const plan = new FaultPlan({ edges: ['stock'] }).add('stock', { error: true, probability: 0.2 });
 * const stock = pipeline([retry(), timeout({ after: 300 }), chaos({ faults: plan.edge('stock') })]);
 * ```
 */
export function chaos(options: ChaosOptions): Chaos {
  return new Chaos(options);
}

/**
 * Made by {@link chaos}.
 *
 * @example
 * ```ts
 * const faulty: Chaos = chaos({ faults: { next: () => ({ latency: 100 }) } });
 * ```
 */
export class Chaos extends Strategy {
  readonly kind = 'chaos';
  readonly #faults: FaultSource;
  readonly #enabled: () => boolean;
  readonly #counts = { passed: 0, delayed: 0, failed: 0, dropped: 0 };

  constructor(options: ChaosOptions) {
    super(options, 'chaos');
    this.#faults = options.faults;
    this.#enabled = options.enabled ?? (() => true);
  }

  describe(): StrategyDescription {
    return { kind: this.kind, name: this.name, settings: { enabled: this.#enabled() } };
  }

  snapshot(): StrategySnapshot {
    return { kind: this.kind, name: this.name, counters: { ...this.#counts }, gauges: {} };
  }

  /** @internal */
  link(next: Stage): Stage {
    return (receiver, scope, now) => {
      let fault: Fault | undefined;
      try {
        fault = this.#enabled() ? this.#faults.next() : undefined;
      } catch (error) {
        receiver.fail(error);
        return;
      }
      if (fault === undefined) {
        this.#counts.passed++;
        next(receiver, scope, now);
      } else this.#inject(fault, next, receiver, scope, now);
    };
  }

  /** @internal What is left of a fault after its latency. */
  finish(fault: Fault, next: Stage, receiver: Receiver, scope: Scope, now: number): void {
    if (fault.error !== undefined && fault.error !== false) {
      this.#counts.failed++;
      receiver.fail(fault.error === true ? new InjectedFaultError(this.name) : fault.error);
    } else if (fault.drop) {
      this.#counts.dropped++;
      new HeldCall(this, fault, next, receiver, scope).hold(now, Number.POSITIVE_INFINITY);
    } else next(receiver, scope, now);
  }

  #inject(fault: Fault, next: Stage, receiver: Receiver, scope: Scope, now: number): void {
    if (this.isObserved) this.emit({ type: 'injected', strategy: this.name, fault: faultName(fault) });
    if (fault.latency !== undefined && fault.latency > 0) {
      this.#counts.delayed++;
      new HeldCall(this, fault, next, receiver, scope).hold(now, fault.latency);
    } else this.finish(fault, next, receiver, scope, now);
  }
}

function faultName({ latency, error, drop }: Fault): string {
  const parts = [latency ? `latency ${latency} ms` : '', error ? 'error' : '', drop ? 'drop' : ''];
  return parts.filter((part) => part !== '').join(', ');
}

/** A call that is held up for a while, or for ever. */
class HeldCall implements CancelListener, Deadline {
  expiry = 0;
  position = -1;
  nextListener: CancelListener | undefined;
  readonly #chaos: Chaos;
  readonly #fault: Fault;
  readonly #next: Stage;
  readonly #receiver: Receiver;
  readonly #scope: Scope;
  #isHeld = false;

  constructor(chaos: Chaos, fault: Fault, next: Stage, receiver: Receiver, scope: Scope) {
    this.#chaos = chaos;
    this.#fault = fault;
    this.#next = next;
    this.#receiver = receiver;
    this.#scope = scope;
  }

  hold(now: number, milliseconds: number): void {
    this.#isHeld = true;
    if (milliseconds !== Number.POSITIVE_INFINITY) {
      this.expiry = now + milliseconds;
      this.#chaos.deadlines.add(this, now);
    }
    this.#scope.onCancel(this);
    this.#scope.call.watchCaller();
  }

  expired(): void {
    this.#isHeld = false;
    const scope = this.#scope;
    const now = this.#chaos.clock.now();
    scope.call.resume(() => this.#chaos.finish(this.#fault, this.#next, this.#receiver, scope, now));
  }

  cancelled(reason: unknown): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#chaos.deadlines.remove(this);
    this.#receiver.fail(reason);
  }
}
