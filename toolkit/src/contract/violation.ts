import type { RuleName } from './rule-names.ts';

/**
 * A way into a contract: keys and indexes.
 *
 * @example
 * const path: Path = ['calls', 0, 'deadline'];
 */
export type Path = readonly (string | number)[];

/**
 * One thing that is wrong in a contract, or between contracts.
 *
 * @example
 * const violation: Violation = {
 *   rule: 'unknown-service', file: 'orders/contract.yaml', path: 'calls[0].service', line: 7, column: 14,
 *   value: '"stcok"', problem: 'no contract has this name', allowed: 'payments, stock', fix: 'Write stock.',
 * };
 */
export interface Violation {
  /** The broken rule. */
  readonly rule: RuleName;
  /** File as given to the loader; `(code)` for a contract that comes from no file. */
  readonly file: string;
  /** Where in the file, such as `calls[0].deadline`; empty for the whole. */
  readonly path: string;
  /** From 1; only for YAML and JSON files. */
  readonly line?: number;
  /** From 1; only for YAML and JSON files. */
  readonly column?: number;
  /** The value found there, as JSON, shortened; `nothing` where it is missing. */
  readonly value: string;
  /** What is wrong, to be read after the path. */
  readonly problem: string;
  /** What is allowed there. */
  readonly allowed: string;
  /** What to do. */
  readonly fix: string;
}

/**
 * Where a contract comes from, so that a violation can point at it.
 *
 * @example
 * const source: ContractSource = { file: 'orders/contract.yaml' };
 */
export interface ContractSource {
  readonly file: string;
  /** Position of a path as it is written in the file. */
  locate?(path: Path): Position | undefined;
  /** How a path is written in the file, when that is in an earlier version of the contract. */
  asWritten?(path: Path): Path;
}

/**
 * A place in a text file.
 *
 * @example
 * const position: Position = { line: 7, column: 14 };
 */
export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/**
 * Contracts that break rules: all violations at once, in the message one below the other.
 *
 * @example
 * try {
 *   await loadContracts('services');
 * } catch (error) {
 *   if (!(error instanceof ContractError)) throw error;
 *   for (const { file, path, fix } of error.violations) console.error(`${file} ${path}: ${fix}`);
 * }
 */
export class ContractError extends Error {
  override readonly name: string;
  /** A fixed text that survives bundling and copies of the package. */
  readonly code: 'CONTRACT_INVALID';
  /** Never empty; by file, then by place. */
  readonly violations: readonly Violation[];

  constructor(violations: readonly Violation[]) {
    const sorted = sortViolations(violations);
    super(formatViolations(sorted));
    this.name = 'ContractError';
    this.code = 'CONTRACT_INVALID';
    this.violations = sorted;
  }
}

/** Orders violations by file, then by place. */
export function sortViolations(violations: readonly Violation[]): Violation[] {
  return [...violations].sort(
    (left, right) =>
      compare(left.file, right.file) ||
      (left.line ?? 0) - (right.line ?? 0) ||
      (left.column ?? 0) - (right.column ?? 0) ||
      compare(left.path, right.path),
  );
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/**
 * Writes violations for a terminal, one block each.
 *
 * @example
 * console.error(formatViolations(checkContracts(contracts)));
 */
export function formatViolations(violations: readonly Violation[]): string {
  const count = violations.length === 1 ? '1 violation' : `${violations.length} violations`;
  const blocks = violations.map((violation) => {
    const { file, path, line, column, value, problem, allowed, fix, rule } = violation;
    const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
    return [
      `${place}  ${path || '(the whole file)'}  [${rule}]`,
      `  problem  ${problem}`,
      `  value    ${value}`,
      `  allowed  ${allowed}`,
      `  fix      ${fix}`,
    ].join('\n');
  });
  return [`${count} of the service contract:`, ...blocks].join('\n\n');
}

/** Writes a path the way people write it: `calls[0].deadline`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[A-Za-z_$][\w$-]*$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}

const LONGEST_VALUE = 120;

/** Writes a value for a message; a typed value as it was written. */
export function formatValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text =
    JSON.stringify(value, (_, item: unknown) => {
      if (typeof item === 'object' && item !== null && 'text' in item && typeof item.text === 'string')
        return item.text;
      return typeof item === 'bigint' || typeof item === 'function' ? String(item) : item;
    }) ?? String(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 1)}…`;
}

/** The value at a path, or undefined. */
export function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return undefined;
    current = (current as Record<string | number, unknown>)[step];
  }
  return current;
}

/** What a rule says about a place; file, position and value are filled in from the source. */
export interface Finding {
  readonly rule: RuleName;
  readonly path: Path;
  readonly problem: string;
  readonly allowed: string;
  readonly fix: string;
  /** @default the value at the path */
  readonly value?: unknown;
}

/** Makes a violation of a finding. */
export function toViolation(finding: Finding, source: ContractSource, contract: unknown): Violation {
  const { rule, path, problem, allowed, fix } = finding;
  const value = 'value' in finding ? finding.value : valueAt(contract, path);
  const written = source.asWritten?.(path) ?? path;
  return {
    rule,
    file: source.file,
    path: formatPath(written),
    ...source.locate?.(written),
    value: formatValue(value),
    problem,
    allowed,
    fix,
  };
}

/** The name most like another, if any is close enough to be meant. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase(), least);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Changes of one character (or swaps of two) between texts; gives up at the limit. */
function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (
        row > 1 &&
        column > 1 &&
        left[row - 1] === right[column - 2] &&
        left[row - 2] === right[column - 1]
      ) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    [beforeLast, last] = [last, current];
  }
  return last[right.length] ?? limit;
}
