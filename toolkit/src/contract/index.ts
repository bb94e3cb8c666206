/**
 * The service contract: what a service is, offers and needs, read by infrastructure and services alike.
 *
 * @module
 */
export { checkContracts } from './check.ts';
export {
  type BrokenPromise,
  checkCompatibility,
  type Incompatibility,
  incompatibilities,
  type SchemaVersion,
} from './compatibility/index.ts';
export type * from './generated/types.ts';
export type { JsonSchema } from './json-schema.ts';
export { type ContractSet, loadContract, loadContracts, readContracts } from './load/index.ts';
export { type MigratedContract, migrateContract } from './migrations/index.ts';
export { defineService, parseContract, type Validation, validateContract } from './parse.ts';
export type { ContractReferences, LoadedContract, Operation } from './references.ts';
export { type RuleName, ruleNames } from './rule-names.ts';
export type { CheckOptions } from './rules/contract-index.ts';
export { classifications } from './schema/fields.ts';
export {
  type ByteSize,
  type ByteSizeText,
  type Duration,
  type DurationText,
  formatDuration,
  type ProcessorTime,
  type ProcessorTimeText,
  parseByteSize,
  parseDuration,
  parseProcessorTime,
  parseRate,
  type Rate,
  type RateText,
} from './units.ts';
export {
  ContractError,
  type ContractSource,
  formatViolations,
  type Path,
  type Position,
  type Violation,
} from './violation.ts';
