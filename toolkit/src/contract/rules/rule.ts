import type { ServiceContract } from '../generated/types.ts';
import type { Finding } from '../violation.ts';

/** What one contract must keep by itself. */
export interface OwnRule {
  readonly name: string;
  /** Sections that it looks at; without all of them readable, it is not asked. */
  readonly reads: readonly (keyof ServiceContract)[];
  check(contract: ServiceContract): Iterable<Finding>;
}
