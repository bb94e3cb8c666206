import { currentContext } from '../../context/index.ts';
import type { ViewReader } from '../projection.ts';
import { ownTypes, type PostgresPool, type PostgresStatement, sqlState, sqlStates } from './client.ts';
import { queryWithin } from './connection.ts';
import { projectionSchema, type Tables } from './tables.ts';

/** The documents of the version of a projection that is seen. */
export class PostgresViewReader implements ViewReader {
  readonly #pool: PostgresPool;
  readonly #schema: string;

  constructor(pool: PostgresPool, tables: Tables, projection: string) {
    this.#pool = pool;
    this.#schema = projectionSchema(tables, projection);
  }

  async get<Document>(key: string): Promise<Document | undefined> {
    const rows = await this.#query<{ document: Document }>({
      name: `${this.#schema}_get`,
      text: `select document from ${this.#schema}.documents where key = $1`,
      values: [key],
      types: ownTypes,
    });
    return rows[0]?.document;
  }

  list<Document>(
    options: { readonly after?: string; readonly limit?: number } = {},
  ): Promise<readonly { readonly key: string; readonly document: Document }[]> {
    return this.#query<{ key: string; document: Document }>({
      name: `${this.#schema}_list`,
      text: `select key, document from ${this.#schema}.documents where key > $1 order by key limit $2`,
      values: [options.after ?? '', options.limit ?? 100],
      types: ownTypes,
    });
  }

  async #query<Row extends object>(statement: PostgresStatement): Promise<Row[]> {
    try {
      return await queryWithin<Row>(this.#pool, currentContext(), statement);
    } catch (error) {
      // Nobody has run the projection yet.
      const state = sqlState(error);
      if (state === sqlStates.undefinedTable || state === sqlStates.invalidSchema) return [];
      throw error;
    }
  }
}
