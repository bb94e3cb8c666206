/**
 * A statement in the form of `pg`.
 *
 * @example
 * const statement: PostgresStatement = { text: 'select $1::text', values: ['hello'] };
 */
export interface PostgresStatement {
  readonly text: string;
  values?: unknown[];
  /** Prepares it once per connection under this name. */
  readonly name?: string;
  readonly types?: { getTypeParser(type: number, format?: string): (text: string) => unknown };
}

/**
 * What a statement gives.
 *
 * @example
 * const { rows }: PostgresResult<{ total: string }> = await transaction.query('select sum(total) as total from orders');
 */
export interface PostgresResult<Row> {
  readonly rows: Row[];
  readonly rowCount: number | null;
}

/**
 * Where statements go: a client of `pg` inside a transaction, or anything that looks like one.
 *
 * @example
 * const place = async (database: PostgresQueryable) => void (await database.query('insert into orders values ($1)', [1]));
 */
export interface PostgresQueryable {
  query<Row extends object = Record<string, unknown>>(
    statement: string | PostgresStatement,
    values?: unknown[],
  ): Promise<PostgresResult<Row>>;
}

/**
 * A connection of a pool, as `pg` has it.
 *
 * @example
 * const client: PostgresClient = await pool.connect();
 * client.release();
 */
export interface PostgresClient extends PostgresQueryable {
  /** Gives the connection back, or closes it when told `true` or an error. */
  release(destroy?: Error | boolean): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  on(event: 'notification', listener: (message: { readonly channel: string }) => void): unknown;
  removeListener(event: string, listener: () => void): unknown;
}

/**
 * The pool that the event store works with: a `pg.Pool`, or anything that looks like one. Each subscription,
 * projection and relay that runs keeps one of its connections.
 *
 * @example
 * const pool: PostgresPool = new pg.Pool({ connectionString, max: 10 });
 */
export interface PostgresPool {
  connect(): Promise<PostgresClient>;
  /** How many wait for a connection. @default not known: none is kept a moment longer than it is needed */
  readonly waitingCount?: number;
  /** Told of each new connection before anybody has it. */
  on?(event: 'connect', listener: (client: PostgresClient) => void): unknown;
}

const JSON_TYPE = 114;
const BIGINT = 20;
const NUMBERS = new Set([21, 23, 700, 701]);
const BOOLEAN = 16;

const asIs = (text: string): unknown => text;
const asBoolean = (text: string): unknown => text === 't';

/** How our own statements read values, whatever parsers the application has set for its own. */
export const ownTypes = {
  getTypeParser(type: number): (text: string) => unknown {
    if (type === JSON_TYPE) return JSON.parse;
    if (type === BIGINT) return BigInt;
    if (NUMBERS.has(type)) return Number;
    return type === BOOLEAN ? asBoolean : asIs;
  },
};

/** The SQLSTATE of an error that the server raised; undefined for one of the connection. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  const { code } = error;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** The SQLSTATEs that callers look at (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
export const sqlStates = {
  uniqueViolation: '23505',
  serializationFailure: '40001',
  deadlockDetected: '40P01',
  undefinedTable: '42P01',
  invalidSchema: '3F000',
  queryCanceled: '57014',
} as const;
