import type { Scope } from './scope.ts';

/**
 * Who hears how an attempt ended. Exactly one of the two is called, once; a receiver that has been cancelled in the
 * meantime still hears it, so that it can give back what it holds.
 */
export interface Receiver {
  succeed(value: unknown): void;
  fail(error: unknown): void;
}

/**
 * The rest of a pipeline from some strategy inwards, ending with the work. Strategies are linked into such functions
 * once, when the pipeline is made; a call then costs one small object per strategy and one promise altogether, where
 * nested promises would cost one each.
 */
export type Stage = (receiver: Receiver, scope: Scope) => void;
