import { AsyncResource } from 'node:async_hooks';
import type { Clock } from '../clock/index.ts';
import {
  type Context,
  currentContext,
  DeadlineExceeded,
  rootContext,
  runInContext,
} from '../context/index.ts';
import type { Answer, ExecuteOptions, Work } from './attempt.ts';
import type { Deadline, DeadlineQueue } from './deadline-queue.ts';
import { isRetry } from './retry-marker.ts';
import { Scope } from './scope.ts';
import type { Receiver, Stage } from './stage.ts';

const unbound = { requireManualDestroy: true };
const noOptions: ExecuteOptions<never> = {};

const turn = Promise.resolve();

let resolvePromise: (value: unknown) => void;
let rejectPromise: (error: unknown) => void;
/** One executor for all promises instead of a closure for each. */
const takePromise = (resolve: (value: unknown) => void, reject: (error: unknown) => void): void => {
  resolvePromise = resolve;
  rejectPromise = reject;
};

/** A strategy's clock, and what everything on that clock waits in. */
interface Timing {
  readonly clock: Clock;
  readonly deadlines: DeadlineQueue;
}

/** One call of a pipeline: the root of its attempts, and the promise that its caller holds. */
export class Call extends Scope implements Receiver, Deadline {
  readonly context: Context;
  readonly options: ExecuteOptions;
  readonly #timing: Timing;
  readonly #work: Work<unknown>;
  readonly #withAnswer: boolean;
  /** Timers and queues are shared by all calls: this leads back from them into the asynchronous context of this one. */
  readonly #resource = new AsyncResource('ResilientCall', unbound);
  #settled: 'no' | 'succeeded' | 'failed' = 'no';
  #outcome: unknown;
  #resolve: ((value: unknown) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;
  #contextSignal: AbortSignal | undefined;

  constructor(timing: Timing, work: Work<unknown>, options: ExecuteOptions, withAnswer: boolean) {
    super(1, Number.POSITIVE_INFINITY, false);
    this.#timing = timing;
    this.context = options.context ?? currentContext();
    this.options = options;
    this.#work = work;
    this.#withAnswer = withAnswer;
    if (this.context !== rootContext) this.repeated = isRetry(this.context, timing.clock);
  }

  get call(): Call {
    return this;
  }

  get clock(): Clock {
    return this.#timing.clock;
  }

  /** Whether the call may begin; if not, it has failed. */
  admit(now: number): boolean {
    const { context, options } = this;
    if (context !== rootContext && context.deadline !== undefined) {
      const remaining = context.deadline - (context.clock ?? this.clock).wall();
      if (remaining <= 0) {
        this.giveUp(new DeadlineExceeded(context.deadline));
        return false;
      }
      this.expiry = now + remaining;
      this.#timing.deadlines.add(this, now);
    }
    if (options.signal !== undefined) {
      if (options.signal.aborted) {
        this.giveUp(options.signal.reason);
        return false;
      }
      options.signal.addEventListener('abort', this);
    }
    return true;
  }

  promise(): Promise<unknown> {
    if (this.#settled === 'succeeded') return Promise.resolve(this.#outcome);
    const promise = new Promise(takePromise);
    const reject = rejectPromise;
    if (this.#settled === 'no') {
      this.#resolve = resolvePromise;
      this.#reject = reject;
    } else {
      // Node books every promise that is rejected before somebody listens, for 400 ns: hence a turn later.
      void turn.then(() => reject(this.#outcome));
    }
    return promise;
  }

  succeed(value: unknown): void {
    if (this.#settled !== 'no') return;
    this.#settled = 'succeeded';
    this.#release();
    const outcome = this.#withAnswer ? this.#answer(value) : value;
    if (this.#resolve === undefined) this.#outcome = outcome;
    else this.#resolve(outcome);
  }

  fail(error: unknown): void {
    if (this.#settled !== 'no') return;
    this.#settled = 'failed';
    this.#release();
    if (this.#reject === undefined) this.#outcome = error;
    else this.#reject(error);
  }

  /** Cancels everything inside and fails the call at once. */
  giveUp(reason: unknown): void {
    if (this.#settled !== 'no') return;
    this.cancel(reason);
    this.fail(reason);
  }

  /** The deadline of the context has come. */
  expired(): void {
    this.resume(() => this.giveUp(new DeadlineExceeded(this.context.deadline ?? this.clock.wall())));
  }

  /** The caller has given up: an event of its signal, or of the context's. */
  handleEvent(event: Event): void {
    this.giveUp((event.target as AbortSignal).reason);
  }

  /**
   * Follows the signal of the context. Not done for every call: making that signal is dear, and as long as the work
   * has not asked for its own and nothing waits, nothing could be cancelled anyway.
   */
  watchCaller(): void {
    if (this.context === rootContext || this.#contextSignal !== undefined || this.#settled !== 'no') return;
    const signal = this.context.signal;
    this.#contextSignal = signal;
    if (signal.aborted) this.giveUp(signal.reason);
    else signal.addEventListener('abort', this);
  }

  /** Runs a step of this call that a shared timer or another call set off, in this call's asynchronous context. */
  resume(step: () => void): void {
    this.#resource.runInAsyncScope(step);
  }

  /** Carries out the work for one attempt. */
  run(scope: Scope): unknown {
    const work = this.#work;
    const isAmbient =
      scope === this && this.options.context === undefined && this.options.signal === undefined;
    if (work.length > 0 || isAmbient) return work(scope);
    return runInContext(scope, work as () => unknown);
  }

  #release(): void {
    if (this.position >= 0) this.#timing.deadlines.remove(this);
    this.options.signal?.removeEventListener('abort', this);
    this.#contextSignal?.removeEventListener('abort', this);
  }

  #answer(value: unknown): Answer<unknown> {
    return { value, degradation: 'fresh', ...this.degraded };
  }
}

/** The innermost stage: the work itself. */
export const workStage: Stage = (receiver, scope, now) => {
  // What waited outside (a queue, a backoff, a hedge) may have been overtaken by a deadline whose timer is late.
  if (scope.expiry <= now) scope.expired();
  if (scope.isCancelled) {
    receiver.fail(scope.reason);
    return;
  }
  let result: unknown;
  try {
    result = scope.call.run(scope);
  } catch (error) {
    receiver.fail(error);
    return;
  }
  if (result instanceof Promise || isThenable(result)) {
    (result as PromiseLike<unknown>).then(
      (value) => receiver.succeed(value),
      (error: unknown) => receiver.fail(error),
    );
  } else receiver.succeed(result);
};

function isThenable(value: unknown): boolean {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}

/** Carries out one call of linked stages. */
export function carryOut(
  stage: Stage,
  timing: Timing,
  work: Work<unknown>,
  options: ExecuteOptions | undefined,
  withAnswer: boolean,
): Promise<unknown> {
  const call = new Call(timing, work, options ?? noOptions, withAnswer);
  const now = timing.clock.now();
  if (call.admit(now)) stage(call, call, now);
  return call.promise();
}
