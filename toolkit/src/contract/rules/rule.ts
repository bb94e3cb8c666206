import type { ServiceContract } from '../generated/types.ts';
import type { LoadedContract } from '../references.ts';
import type { Finding } from '../violation.ts';
import type { ContractIndex } from './contract-index.ts';

/** What one contract must keep by itself. */
export interface OwnRule {
  /** Sections that it looks at; without all of them readable, it is not asked. */
  readonly reads: readonly (keyof ServiceContract)[];
  check(contract: ServiceContract): Iterable<Finding>;
}

/** What one contract must keep together with the files it refers to. */
export type ReferenceRule = (contract: LoadedContract) => Iterable<Finding>;

/** What contracts must keep between them. */
export type SetRule = (contracts: ContractIndex) => Iterable<SetFinding>;

/** A finding and the contract that it is about. */
export interface SetFinding extends Finding {
  readonly about: LoadedContract;
}
