import type { Context } from '../context/index.ts';

/**
 * How good an answer is: asked just now, an older one, one with parts missing, or a stand-in.
 *
 * @example
 * ```ts
 * const degradation: Degradation = answer.degradation;
 * if (degradation !== 'fresh') reply.header('warning', `199 - "${degradation}"`);
 * ```
 */
export type Degradation = 'fresh' | 'stale' | 'partial' | 'fallback';

/**
 * One try at the work: what the work is handed. It is the context of the work too, with the deadline, the signal and
 * the baggage of this very attempt, so it can be passed wherever a context is taken.
 *
 * @example
 * ```ts
 * const price = await calls.execute((attempt) => fetch(url, { signal: attempt.signal }));
 * ```
 */
export interface Attempt extends Context {
  /** 1 for the first try, 2 for the first retry. */
  readonly number: number;
  /** Milliseconds until this attempt is given up; `Infinity` when nothing limits it. */
  remaining(): number;
  /**
   * Says that what this attempt answers is less than asked for, as an aggregator does when a part is missing.
   *
   * @param reason What was in the way, usually an error.
   */
  degrade(degradation: Exclude<Degradation, 'fresh'>, reason?: unknown): void;
}

/**
 * What a pipeline carries out, once per attempt. Work that declares a parameter is handed the attempt and passes on
 * what it needs (signal, deadline) itself; work that declares none runs inside the attempt's context, so that
 * `currentContext()` gives it there. The second costs some 150 ns more.
 *
 * @example
 * ```ts
 * const work: Work<Response> = (attempt) => fetch(url, { signal: attempt.signal });
 * ```
 */
export type Work<Result> = (attempt: Attempt) => Result | PromiseLike<Result>;

/**
 * What one call may bring along.
 *
 * @example
 * ```ts
 * const options: ExecuteOptions<Price> = { signal: request.signal, fallback: () => listPrice };
 * ```
 */
export interface ExecuteOptions<Result = unknown> {
  /** On whose behalf: deadline, priority, signal. @default currentContext() */
  readonly context?: Context;
  /** Gives the call up, beside the context's own signal: the promise rejects with its reason at once. */
  readonly signal?: AbortSignal;
  /** What is asked for, for strategies that tell calls apart: `fallback` remembers the last answer by it. */
  readonly key?: string;
  /** An older answer, when the call fails and the pipeline has a `fallback`. `undefined` when there is none. */
  readonly stale?: (reason: unknown) => Result | undefined | PromiseLike<Result | undefined>;
  /** An answer with parts missing, when there is no stale one. `undefined` when there is none. */
  readonly partial?: (reason: unknown) => Result | undefined | PromiseLike<Result | undefined>;
  /** A stand-in, the last resort. `undefined` lets the call fail. */
  readonly fallback?: (reason: unknown) => Result | undefined | PromiseLike<Result | undefined>;
}

/**
 * An answer together with how good it is.
 *
 * @example
 * ```ts
 * const { value, degradation }: Answer<Price> = await prices.answer(work, { fallback: () => listPrice });
 * ```
 */
export interface Answer<Result> {
  readonly value: Result;
  readonly degradation: Degradation;
  /** Why the answer is not fresh. */
  readonly reason?: unknown;
}
