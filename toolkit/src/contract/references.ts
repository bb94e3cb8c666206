import type { ServiceContract } from './generated/types.ts';
import type { JsonSchema } from './json-schema.ts';
import type { ContractSource } from './violation.ts';

/**
 * An operation of an API that others may call.
 *
 * @example
 * const operation: Operation = { id: 'getPrice', method: 'GET', path: '/prices/{article}', repeatable: true };
 */
export interface Operation {
  /** What contracts call it: an operationId, `package.Service/Method`, or `Query.field`. */
  readonly id: string;
  /** HTTP method in upper case; only for OpenAPI. */
  readonly method?: string;
  /** Path template; only for OpenAPI. */
  readonly path?: string;
  /** Whether sending it twice does no harm, so that it may be retried. */
  readonly repeatable: boolean;
}

/**
 * What the files say that a contract refers to.
 *
 * @example
 * const references: ContractReferences = { operations: {}, schemas: {} };
 */
export interface ContractReferences {
  /** Operations by kind of API; a kind is missing where its file could not be read. */
  readonly operations: {
    readonly http?: ReadonlyMap<string, Operation>;
    readonly grpc?: ReadonlyMap<string, Operation>;
    readonly graphql?: ReadonlyMap<string, Operation>;
  };
  /** The OpenAPI document, with what it refers to brought into it. */
  readonly openapi?: Readonly<Record<string, unknown>>;
  /** Event schemas by the path that the contract names, with what they refer to brought into them. */
  readonly schemas: Readonly<Record<string, JsonSchema>>;
}

/**
 * A contract with what it refers to and where it comes from.
 *
 * @example
 * const loaded: LoadedContract = await loadContract('orders/contract.yaml');
 * console.log(loaded.contract.name, loaded.references.operations.http?.keys());
 */
export interface LoadedContract {
  readonly contract: ServiceContract;
  readonly references: ContractReferences;
  readonly source: ContractSource;
}
