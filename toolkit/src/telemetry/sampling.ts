import type { TraceContext } from '../context/index.ts';

/** The last 56 bits of a trace id are random by W3C Trace Context level 2; 52 of them fit a number exactly. */
const DIGITS = 13;

/**
 * Decides which traces are sampled: those whose random digits, as a share of all that they could be, lie below a rate.
 * So every service that takes part in a trace decides alike, and a lower rate keeps a part of what a higher one does.
 */
export class Sampler {
  readonly #rate: number;
  readonly #random: () => number;
  /** The first digits that are not sampled; of the same length, texts order as the numbers that they are. */
  readonly #bound: string;

  /** @param random Draws where there is no trace to decide by. */
  constructor(rate: number, random: () => number) {
    this.#rate = rate;
    this.#random = random;
    this.#bound = Math.ceil(rate * 16 ** DIGITS)
      .toString(16)
      .padStart(DIGITS, '0');
  }

  isSampled(trace: TraceContext | undefined): boolean {
    if (trace === undefined) return this.#random() < this.#rate;
    if (this.#rate >= 1) return true;
    // One after the other, since they nearly always differ in the first or second.
    const { traceId } = trace;
    const start = traceId.length - DIGITS;
    for (let index = 0; index < DIGITS; index += 1) {
      const difference = traceId.charCodeAt(start + index) - this.#bound.charCodeAt(index);
      if (difference !== 0) return difference < 0;
    }
    return false;
  }
}
