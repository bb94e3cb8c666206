import * as z from 'zod';
import type { ServiceContract, ServiceContractInput } from './generated/types.ts';
import { migrateContract } from './migrations/index.ts';
import { ownRules } from './rules/own/index.ts';
import { contractSchema, type ParsedContract } from './schema/contract.ts';
import { resolveDefaults } from './schema/defaults.ts';
import { explainIssues } from './schema/explain.ts';
import {
  ContractError,
  type ContractSource,
  type Finding,
  toViolation,
  type Violation,
} from './violation.ts';

/**
 * What {@link validateContract} found.
 *
 * @example
 * const { contract, violations }: Validation = validateContract(value);
 * if (contract) start(contract);
 * else console.error(formatViolations(violations));
 */
export interface Validation {
  /** The contract with all defaults; only when there is no violation. */
  readonly contract?: ServiceContract;
  /** Where it comes from, able to point into a file of an earlier version; beside `contract`. */
  readonly source?: ContractSource;
  readonly violations: readonly Violation[];
}

const inCode: ContractSource = { file: '(code)' };

/**
 * Checks one contract by itself, of any version, and says everything that is wrong with it.
 *
 * @example
 * validateContract({ contract: 'v1', name: 'Orders' }).violations.map(({ path }) => path);
 * // ['image', 'name', 'team']
 */
export function validateContract(value: unknown, source: ContractSource = inCode): Validation {
  const { value: current, pathAsWritten } = migrateContract(value);
  const written: ContractSource = { ...source, asWritten: pathAsWritten };
  const { sections, findings } = parseSections(current);
  findings.push(...checkSections(sections));
  const violations = findings.map((finding) => toViolation(finding, written, current));
  if (violations.length > 0) return { violations };
  return { contract: resolveDefaults(sections as ParsedContract), source: written, violations };
}

/**
 * Reads a contract of any version and fills in all defaults.
 *
 * @throws {@link ContractError} with every violation.
 * @example
 * const contract = parseContract(JSON.parse(text), { file: 'orders/contract.json' });
 */
export function parseContract(value: unknown, source?: ContractSource): ServiceContract {
  const { contract, violations } = validateContract(value, source);
  if (contract === undefined) throw new ContractError(violations);
  return contract;
}

/**
 * A contract written in TypeScript. Paths of files in it are relative to the file it stands in.
 *
 * @throws {@link ContractError} with every violation.
 * @example
 * export default defineService({
 *   contract: 'v1',
 *   name: 'orders',
 *   team: 'commerce',
 *   image: { name: 'shop/orders' },
 *   calls: [{ service: 'stock', operations: ['getPrice'], deadline: '300ms', retries: 1 }],
 * });
 */
export function defineService(input: ServiceContractInput): ServiceContract {
  const contract = parseContract(input);
  Object.defineProperty(contract, WRITTEN, { value: input, enumerable: false });
  return contract;
}

const WRITTEN = Symbol.for('@ninefold/toolkit/contract/written');

/** What was given to {@link defineService}; other values as they are. */
export function asDefined(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !(WRITTEN in value)) return value;
  return value[WRITTEN];
}

/** Reads each section by itself, so that a fault in one hides none in another. */
function parseSections(value: unknown): { sections: Partial<ParsedContract>; findings: Finding[] } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const { error } = contractSchema.safeParse(value);
    return { sections: {}, findings: explainIssues(contractSchema, error?.issues ?? [], value) };
  }
  const shape: Record<string, z.ZodType> = contractSchema.shape;
  const given = value as Record<string, unknown>;
  const sections: Record<string, unknown> = {};
  const issues: z.core.$ZodIssue[] = [];
  const unknown = Object.keys(given).filter((key) => !Object.hasOwn(shape, key));
  if (unknown.length > 0) issues.push({ code: 'unrecognized_keys', keys: unknown, path: [], message: '' });
  for (const [key, schema] of Object.entries(shape)) {
    const result = schema.safeParse(given[key]);
    if (!result.success)
      issues.push(...result.error.issues.map((issue) => ({ ...issue, path: [key, ...issue.path] })));
    else if (result.data !== undefined) sections[key] = result.data;
  }
  return {
    sections: sections as Partial<ParsedContract>,
    findings: explainIssues(contractSchema, issues, value),
  };
}

let empty: ParsedContract | undefined;

/** What stands in for sections that could not be read; no rule looks at them. */
function emptyContract(): ParsedContract {
  empty ??= contractSchema.parse({ contract: 'v1', name: 'none', team: 'none', image: { name: 'none' } });
  return empty;
}

/** The rules that one contract must keep by itself, as far as the sections they read could be read. */
function checkSections(sections: Partial<ParsedContract>): Finding[] {
  const readable = (section: keyof ParsedContract) =>
    section in sections || contractSchema.shape[section] instanceof z.ZodOptional;
  const contract = resolveDefaults({ ...emptyContract(), ...sections });
  return ownRules.filter((rule) => rule.reads.every(readable)).flatMap((rule) => [...rule.check(contract)]);
}
