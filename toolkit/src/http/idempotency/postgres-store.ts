import { randomUUID } from 'node:crypto';
import type { Beginning, IdempotencyStore, IdempotentRequest, KeptAnswer } from './store.ts';

/**
 * What the store needs of a pool of `pg`.
 *
 * @example
 * const pool: QueryingPool = new pg.Pool({ connectionString });
 */
export interface QueryingPool {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[]; rowCount: number | null }>;
}

/**
 * Where the table is.
 *
 * @example
 * const options: PostgresIdempotencyOptions = { pool, table: 'idempotency_key', schema: 'orders' };
 */
export interface PostgresIdempotencyOptions {
  readonly pool: QueryingPool;
  /** @default 'idempotency_key' */
  readonly table?: string;
  /** @default the connection's first */
  readonly schema?: string;
}

/**
 * Idempotency keys in PostgreSQL, with the means to make their table.
 *
 * @example
 * const store: PostgresIdempotencyStore = postgresIdempotencyStore({ pool });
 * await store.prepare();
 */
export interface PostgresIdempotencyStore extends IdempotencyStore {
  /** Makes the table unless it is there. */
  prepare(): Promise<void>;
  /** The statement that makes the table, for those who let a database administrator apply it. */
  readonly definition: string;
}

interface Row {
  readonly fingerprint: string;
  readonly status: number | null;
  readonly headers: Record<string, string> | null;
  readonly body: Uint8Array | null;
}

/**
 * Idempotency keys in PostgreSQL, for any number of instances. A key is reserved by one statement, so that of requests
 * that come at the same time one begins; a reservation that a killed process left behind ends with its lease.
 *
 * @throws TypeError for a name that is none of a table.
 * @example
 * const http = httpServer({ idempotency: { store: postgresIdempotencyStore({ pool }) } });
 */
export function postgresIdempotencyStore(options: PostgresIdempotencyOptions): PostgresIdempotencyStore {
  return new PostgresStore(options);
}

class PostgresStore implements PostgresIdempotencyStore {
  readonly definition: string;
  readonly #pool: QueryingPool;
  readonly #table: string;

  constructor({ pool, table = 'idempotency_key', schema }: PostgresIdempotencyOptions) {
    this.#pool = pool;
    const name = quote(table);
    this.#table = schema === undefined ? name : `${quote(schema)}.${name}`;
    this.definition = `create table if not exists ${this.#table} (
  scope text not null,
  key text not null,
  fingerprint text not null,
  token uuid not null,
  expires_at timestamptz not null,
  status smallint,
  headers jsonb,
  body bytea,
  primary key (scope, key)
);
create index if not exists ${quote(`${table}_expires_at`)} on ${this.#table} (expires_at);
`;
  }

  async prepare(): Promise<void> {
    await this.#pool.query(this.definition);
  }

  async begin({ scope, key, fingerprint }: IdempotentRequest, lease: number): Promise<Beginning> {
    const token = randomUUID();
    for (;;) {
      const { rowCount } = await this.#pool.query(
        `insert into ${this.#table} as present (scope, key, fingerprint, token, expires_at)
         values ($1, $2, $3, $4, clock_timestamp() + $5 * interval '1 millisecond')
         on conflict (scope, key) do update set fingerprint = excluded.fingerprint, token = excluded.token,
           expires_at = excluded.expires_at, status = null, headers = null, body = null
         where present.expires_at <= clock_timestamp()`,
        [scope, key, fingerprint, token, lease],
      );
      if (rowCount === 1) return { state: 'begun', token };
      const { rows } = await this.#pool.query(
        `select fingerprint, status, headers, body from ${this.#table} where scope = $1 and key = $2`,
        [scope, key],
      );
      const row = rows[0] as Row | undefined;
      // Given free between the two statements: it can be had now.
      if (!row) continue;
      if (row.fingerprint !== fingerprint) return { state: 'reused' };
      if (row.status === null) return { state: 'in-use' };
      const answer = { status: row.status, headers: row.headers ?? {}, body: row.body ?? new Uint8Array() };
      return { state: 'answered', answer };
    }
  }

  async complete(
    { scope, key }: IdempotentRequest,
    token: string,
    { status, headers, body }: KeptAnswer,
    time: number,
  ): Promise<void> {
    await this.#pool.query(
      `update ${this.#table} set status = $4, headers = $5, body = $6,
         expires_at = clock_timestamp() + $7 * interval '1 millisecond'
       where scope = $1 and key = $2 and token = $3`,
      [scope, key, token, status, JSON.stringify(headers), body, time],
    );
  }

  async release({ scope, key }: IdempotentRequest, token: string): Promise<void> {
    await this.#pool.query(
      `delete from ${this.#table} where scope = $1 and key = $2 and token = $3 and status is null`,
      [scope, key, token],
    );
  }

  async forget(): Promise<number> {
    const { rowCount } = await this.#pool.query(
      `delete from ${this.#table} where expires_at <= clock_timestamp()`,
    );
    return rowCount ?? 0;
  }
}

function quote(name: string): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(name)) {
    throw new TypeError(
      `${JSON.stringify(name)} is no name for a table: write lower-case letters, digits and _`,
    );
  }
  return `"${name}"`;
}
