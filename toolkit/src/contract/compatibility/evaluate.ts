import { isDeepStrictEqual } from 'node:util';
import type { Conjuncts, SchemaRoot } from './conjuncts.ts';
import { isAssertion } from './conjuncts.ts';
import { kindOf, kindsOf, valuesOf } from './types.ts';

/** Whether a single value fulfils conditions; undefined where that can't be told here. */
export function evaluate(conjuncts: Conjuncts, value: unknown, root: SchemaRoot): boolean | undefined {
  if (conjuncts === 'never') return false;
  let verdict: boolean | undefined = true;
  for (const conjunct of conjuncts) {
    const values = valuesOf(conjunct);
    if (values?.some((candidate) => isDeepStrictEqual(candidate, value)) === false) return false;
    if (!kindsOf(conjunct).has(kindOf(value))) return false;
    for (const [keyword, argument] of Object.entries(conjunct)) {
      const result = evaluateKeyword(keyword, argument, value, root);
      if (result === false) return false;
      if (result === undefined) verdict = undefined;
    }
  }
  return verdict;
}

function evaluateKeyword(
  keyword: string,
  argument: unknown,
  value: unknown,
  root: SchemaRoot,
): boolean | undefined {
  if (!isAssertion(keyword) || ['type', 'const', 'enum'].includes(keyword)) return true;
  if (keyword === 'if' || keyword === '$dynamicRef') return undefined;
  if (keyword === 'anyOf' || keyword === 'oneOf') return evaluateChoice(keyword, argument, value, root);
  if (keyword === 'not') {
    const inner = evaluate(root.conjuncts(argument), value, root);
    return inner === undefined ? undefined : !inner;
  }
  if (typeof value === 'number') return evaluateNumber(keyword, argument, value);
  if (typeof value === 'string') return evaluateText(keyword, argument, value);
  return typeof value === 'object' && value !== null ? undefined : true;
}

function evaluateChoice(
  keyword: string,
  branches: unknown,
  value: unknown,
  root: SchemaRoot,
): boolean | undefined {
  const results = [branches].flat().map((branch) => evaluate(root.conjuncts(branch), value, root));
  if (keyword === 'anyOf') {
    if (results.includes(true)) return true;
    return results.includes(undefined) ? undefined : false;
  }
  const matching = results.filter((result) => result === true).length;
  if (matching > 1) return false;
  return results.includes(undefined) ? undefined : matching === 1;
}

function evaluateNumber(keyword: string, argument: unknown, value: number): boolean | undefined {
  const limit = typeof argument === 'number' ? argument : Number.NaN;
  switch (keyword) {
    case 'minimum':
      return value >= limit;
    case 'maximum':
      return value <= limit;
    case 'exclusiveMinimum':
      return value > limit;
    case 'exclusiveMaximum':
      return value < limit;
    case 'multipleOf':
      return Number.isInteger(value / limit);
    default:
      return true;
  }
}

function evaluateText(keyword: string, argument: unknown, value: string): boolean | undefined {
  switch (keyword) {
    case 'minLength':
      return [...value].length >= Number(argument);
    case 'maxLength':
      return [...value].length <= Number(argument);
    case 'pattern':
      try {
        return new RegExp(String(argument), 'u').test(value);
      } catch {
        return undefined;
      }
    case 'format':
      return undefined;
    default:
      return true;
  }
}
