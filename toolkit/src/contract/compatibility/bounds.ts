import type { Conjunct } from './conjuncts.ts';

/** The end of a range of numbers. */
export interface Bound {
  readonly value: number;
  /** Whether the value itself is outside. */
  readonly exclusive: boolean;
}

/** The tightest lower bound of all conditions. */
export function lowerBound(conjuncts: readonly Conjunct[], wholeNumbers: boolean): Bound {
  const upper = upperBound(conjuncts.map(mirror), wholeNumbers);
  return { value: -upper.value, exclusive: upper.exclusive };
}

/** The tightest upper bound of all conditions. */
export function upperBound(conjuncts: readonly Conjunct[], wholeNumbers: boolean): Bound {
  let tightest: Bound = { value: Number.POSITIVE_INFINITY, exclusive: false };
  for (const { maximum, exclusiveMaximum } of conjuncts) {
    for (const bound of [
      { value: maximum, exclusive: false },
      { value: exclusiveMaximum, exclusive: true },
    ]) {
      if (typeof bound.value !== 'number') continue;
      const whole = wholeNumbers ? toWhole(bound.value, bound.exclusive) : { ...bound, value: bound.value };
      if (isTighter(whole, tightest)) tightest = whole;
    }
  }
  return tightest;
}

function toWhole(value: number, exclusive: boolean): Bound {
  const floor = Math.floor(value);
  return { value: exclusive && floor === value ? floor - 1 : floor, exclusive: false };
}

function isTighter(left: Bound, right: Bound): boolean {
  return left.value < right.value || (left.value === right.value && left.exclusive && !right.exclusive);
}

/** The same condition for the negated number. */
function mirror({ minimum, exclusiveMinimum }: Conjunct): Conjunct {
  return {
    ...(typeof minimum === 'number' && { maximum: -minimum }),
    ...(typeof exclusiveMinimum === 'number' && { exclusiveMaximum: -exclusiveMinimum }),
  };
}

/** Whether everything below one upper bound is below the other. */
export function impliesUpper(known: Bound, wanted: Bound): boolean {
  return (
    known.value < wanted.value || (known.value === wanted.value && (known.exclusive || !wanted.exclusive))
  );
}

/** The largest of the numbers under a keyword, or the other one when no condition has it. */
export function largest(conjuncts: readonly Conjunct[], keyword: string, otherwise: number): number {
  const numbers = conjuncts.flatMap(({ [keyword]: value }) => (typeof value === 'number' ? [value] : []));
  return numbers.length === 0 ? otherwise : Math.max(...numbers);
}

/** The smallest of the numbers under a keyword, or the other one when no condition has it. */
export function smallest(conjuncts: readonly Conjunct[], keyword: string, otherwise: number): number {
  const numbers = conjuncts.flatMap(({ [keyword]: value }) => (typeof value === 'number' ? [value] : []));
  return numbers.length === 0 ? otherwise : Math.min(...numbers);
}
