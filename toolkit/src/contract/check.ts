import type { LoadedContract } from './references.ts';
import { type CheckOptions, ContractIndex } from './rules/contract-index.ts';
import { referenceRules } from './rules/reference/index.ts';
import { setRules } from './rules/set/index.ts';
import { sortViolations, toViolation, type Violation } from './violation.ts';

/** Checks a contract against the files it refers to. */
export function checkReferences(loaded: LoadedContract): Violation[] {
  return referenceRules
    .flatMap((rule) => [...rule(loaded)])
    .map((finding) => toViolation(finding, loaded.source, loaded.contract));
}

/**
 * Checks contracts against the files they refer to and against each other: calls, topics, queues, routes, the flow of
 * sensitive data, deadlines, retries and circles. Reads nothing and changes nothing; empty when all is well.
 *
 * @example
 * const violations = checkContracts(await loadAll(), { maximumAttempts: 4 });
 * if (violations.length > 0) throw new ContractError(violations);
 */
export function checkContracts(
  contracts: readonly LoadedContract[],
  options: CheckOptions = {},
): Violation[] {
  const index = new ContractIndex(contracts, options);
  const between = setRules
    .flatMap((rule) => [...rule(index)])
    .map(({ about, ...finding }) => toViolation(finding, about.source, about.contract));
  return sortViolations([...contracts.flatMap(checkReferences), ...between]);
}
