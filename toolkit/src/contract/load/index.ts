import type { LoadedContract } from '../references.ts';
import { ContractError, type Violation } from '../violation.ts';

/**
 * What {@link readContracts} found.
 *
 * @example
 * const { contracts, violations }: ContractSet = await readContracts('services');
 */
export interface ContractSet {
  /** Contracts that are valid by themselves, in the order of their files. */
  readonly contracts: readonly LoadedContract[];
  /** Everything that is wrong, in single contracts and between them. */
  readonly violations: readonly Violation[];
}

/**
 * Reads one contract, in YAML, JSON or TypeScript (its default export), with the files it refers to, and checks it by
 * itself.
 *
 * @throws {@link ContractError} with every violation; Error when a parser for a referenced file is not installed.
 * @example
 * const { contract } = await loadContract('orders/contract.yaml');
 */
export async function loadContract(file: string): Promise<LoadedContract> {
  const { readWithReferences } = await reader();
  const { loaded, violations } = await readWithReferences(file);
  if (loaded === undefined || violations.length > 0) throw new ContractError(violations);
  return loaded;
}

/**
 * Reads every contract below a directory (files named `contract.yaml`, `*.contract.ts` and the like) and checks each
 * by itself and all of them together.
 *
 * @throws {@link ContractError} with every violation in every file; Error when a parser for a referenced file is not
 * installed.
 * @example
 * const contracts = await loadContracts('examples/shop');
 */
export async function loadContracts(directory: string): Promise<readonly LoadedContract[]> {
  const { contracts, violations } = await readContracts(directory);
  if (violations.length > 0) throw new ContractError(violations);
  return contracts;
}

/**
 * Like {@link loadContracts}, for those who report violations instead of stopping at them.
 *
 * @throws Error when a parser for a referenced file is not installed.
 * @example
 * const { contracts, violations } = await readContracts('services');
 */
export async function readContracts(directory: string): Promise<ContractSet> {
  const { readContracts: read } = await reader();
  return read(directory);
}

/** Loaded on first use: a service that is handed its contract as a value reads no files. */
function reader() {
  return import('./read.ts');
}
