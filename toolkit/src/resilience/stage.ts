import type { Scope } from './scope.ts';

/**
 * Who hears how an attempt ended. Exactly one of the two is called, once, also when the scope has been cancelled in the
 * meantime: then as soon as what is inside has really ended, so that a receiver can give back what it holds. Who
 * only waits (in a queue, for a backoff) fails with the reason at once.
 */
export interface Receiver {
  succeed(value: unknown): void;
  fail(error: unknown): void;
}

/**
 * The rest of a pipeline from some strategy inwards, ending with the work. Strategies are linked into such functions
 * once, when the pipeline is made; a call then costs one small object per strategy and one promise altogether, where
 * nested promises would cost one each. `now` is the clock's reading when this part starts, shared by what starts with it.
 */
export type Stage = (receiver: Receiver, scope: Scope, now: number) => void;
