import type { Degradation, ExecuteOptions } from './attempt.ts';
import type { Scope } from './scope.ts';
import { SettingsCheck } from './settings.ts';
import type { Receiver, Stage } from './stage.ts';
import {
  Strategy,
  type StrategyDescription,
  type StrategyOptions,
  type StrategySnapshot,
} from './strategy.ts';

/**
 * When other answers are good enough.
 *
 * @example
 * ```ts
 * const options: FallbackOptions = { remember: { entries: 500, for: 60_000 } };
 * ```
 */
export interface FallbackOptions extends StrategyOptions {
  /** For which errors another answer is looked for. @default all */
  readonly when?: (error: unknown) => boolean;
  /**
   * Keep the last fresh answers, by the call's `key`, and give them again as `stale`: at most so many, for so many
   * milliseconds. Kept in memory as they are, so treat answers as immutable. @default none are kept
   */
  readonly remember?: { readonly entries: number; readonly for: number };
}

/**
 * Answers with less when the work fails: a stale answer (remembered, or the call's `stale`), else a partial one (the
 * call's `partial`), else a stand-in (the call's `fallback`). `answer()` tells which it was. An alternative that
 * yields `undefined`, or fails itself, is passed over; when none is left, the call fails with the first error.
 *
 * Belongs outermost: what stands further out would judge the substitute as if it were the answer.
 *
 * @example
 * ```ts
 * const prices = pipeline([fallback({ remember: { entries: 1000, for: 300_000 } }), timeout({ after: 200 })]);
 * const { value, degradation } = await prices.answer(
 *   (attempt) => getPrice(article, attempt.signal),
 *   { key: article, fallback: () => listPrice(article) },
 * );
 * ```
 */
export function fallback(options: FallbackOptions = {}): Fallback {
  return new Fallback(options);
}

interface Remembered {
  readonly value: unknown;
  readonly at: number;
}

/**
 * Made by {@link fallback}.
 *
 * @example
 * ```ts
 * const prices: Fallback = fallback();
 * ```
 */
export class Fallback extends Strategy {
  readonly kind = 'fallback';
  readonly #when: (error: unknown) => boolean;
  readonly #entries: number;
  readonly #for: number;
  /** In the order of last use. */
  readonly #remembered = new Map<string, Remembered>();
  /** @internal */ readonly counts = {
    fresh: 0,
    stale: 0,
    partial: 0,
    fallback: 0,
    failed: 0,
    cancelled: 0,
    alternativesFailed: 0,
  };

  constructor(options: FallbackOptions = {}) {
    super(options, 'fallback');
    const settings = new SettingsCheck(this.name);
    this.#entries = settings.whole('remember.entries', options.remember?.entries ?? 0, 0);
    this.#for = settings.notNegative('remember.for', options.remember?.for ?? 0);
    settings.check();
    this.#when = options.when ?? (() => true);
  }

  describe(): StrategyDescription {
    const settings = { rememberedEntries: this.#entries, rememberedFor: this.#for };
    return { kind: this.kind, name: this.name, settings };
  }

  snapshot(): StrategySnapshot {
    const gauges = { remembered: this.#remembered.size };
    return { kind: this.kind, name: this.name, counters: { ...this.counts }, gauges };
  }

  /** @internal */
  link(next: Stage): Stage {
    return (receiver, scope, now) => next(new BackedCall(this, receiver, scope), scope, now);
  }

  /** @internal */
  appliesTo(error: unknown): boolean {
    return this.#when(error);
  }

  /** @internal */
  keep(key: string | undefined, value: unknown): void {
    if (this.#entries === 0 || key === undefined) return;
    this.#remembered.delete(key);
    this.#remembered.set(key, { value, at: this.clock.now() });
    if (this.#remembered.size <= this.#entries) return;
    const [oldest] = this.#remembered.keys();
    if (oldest !== undefined) this.#remembered.delete(oldest);
  }

  /** @internal */
  recall(key: string | undefined): unknown {
    if (key === undefined) return undefined;
    const remembered = this.#remembered.get(key);
    if (remembered === undefined) return undefined;
    this.#remembered.delete(key);
    if (this.clock.now() - remembered.at > this.#for) return undefined;
    this.#remembered.set(key, remembered);
    return remembered.value;
  }
}

/** A call with something to fall back on. */
class BackedCall implements Receiver {
  readonly #fallback: Fallback;
  readonly #receiver: Receiver;
  readonly #scope: Scope;

  constructor(fallback: Fallback, receiver: Receiver, scope: Scope) {
    this.#fallback = fallback;
    this.#receiver = receiver;
    this.#scope = scope;
  }

  succeed(value: unknown): void {
    const { counts } = this.#fallback;
    const { degraded, call, isCancelled } = this.#scope;
    if (isCancelled) counts.cancelled++;
    else {
      counts[degraded?.degradation ?? 'fresh']++;
      if (degraded === undefined) this.#fallback.keep(call.options.key, value);
    }
    this.#receiver.succeed(value);
  }

  fail(error: unknown): void {
    const { counts } = this.#fallback;
    if (this.#scope.isCancelled) {
      counts.cancelled++;
      this.#receiver.fail(error);
      return;
    }
    this.#substitute(error).then(
      (isAnswered) => {
        if (isAnswered) return;
        if (this.#scope.isCancelled) counts.cancelled++;
        else counts.failed++;
        this.#receiver.fail(error);
      },
      (thrown: unknown) => {
        counts.failed++;
        this.#receiver.fail(thrown);
      },
    );
  }

  /** Whether an alternative was found; the receiver then has it. */
  async #substitute(error: unknown): Promise<boolean> {
    if (!this.#fallback.appliesTo(error)) return false;
    const { options } = this.#scope.call;
    const recalled = this.#fallback.recall(options.key);
    if (recalled !== undefined) {
      this.#answer('stale', recalled, error);
      return true;
    }
    for (const degradation of ['stale', 'partial', 'fallback'] as const) {
      const value = await this.#ask(options[degradation], error);
      if (this.#scope.isCancelled) return false;
      if (value !== undefined) {
        this.#answer(degradation, value, error);
        return true;
      }
    }
    return false;
  }

  async #ask(alternative: ExecuteOptions['fallback'], error: unknown): Promise<unknown> {
    if (alternative === undefined) return undefined;
    try {
      return await alternative(error);
    } catch {
      this.#fallback.counts.alternativesFailed++;
      return undefined;
    }
  }

  #answer(degradation: Exclude<Degradation, 'fresh'>, value: unknown, reason: unknown): void {
    const fallback = this.#fallback;
    fallback.counts[degradation]++;
    this.#scope.degrade(degradation, reason);
    if (fallback.isObserved) {
      fallback.emit({ type: 'degraded', strategy: fallback.name, degradation, reason });
    }
    this.#receiver.succeed(value);
  }
}
