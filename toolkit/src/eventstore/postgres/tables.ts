import { createHash } from 'node:crypto';
import { InvalidInput } from '../errors.ts';
import { checkName } from '../input-checks.ts';

/** Leaves room for the name and version of a projection in PostgreSQL's 63 bytes. */
const LONGEST_SCHEMA = 20;

/** The names of everything in the database that one store has. */
export interface Tables {
  readonly schema: string;
  readonly events: string;
  readonly outbox: string;
  readonly inbox: string;
  readonly subscriptions: string;
  readonly snapshots: string;
  readonly migrations: string;
  readonly eventPosition: string;
  readonly transactionOffset: string;
  /** Where appends are announced. */
  readonly channel: string;
  /** Keeps the advisory locks of stores apart. */
  readonly lockSeed: number;
}

/** @throws InvalidInput when the schema's name is none. */
export function tablesOf(schema: string): Tables {
  const violations: string[] = [];
  checkName(violations, 'schema', schema, LONGEST_SCHEMA);
  if (violations.length > 0) throw new InvalidInput('An event store', violations);
  return {
    schema,
    events: `${schema}.events`,
    outbox: `${schema}.outbox`,
    inbox: `${schema}.inbox`,
    subscriptions: `${schema}.subscriptions`,
    snapshots: `${schema}.snapshots`,
    migrations: `${schema}.migrations`,
    eventPosition: `${schema}.event_position`,
    transactionOffset: `${schema}.transaction_offset()`,
    channel: `${schema}_appended`,
    lockSeed: createHash('sha256').update(schema).digest().readInt32BE(),
  };
}

/** An expression for the advisory lock of a stream, or of anything else that has a name. */
export function lockKey(tables: Tables, kind: 'stream' | 'runner', name: string): string {
  const seed = kind === 'stream' ? tables.lockSeed : tables.lockSeed + 1;
  return `hashtextextended(${name}, ${seed})`;
}

/** The schema of a projection: the one that readers see, or that of a version which is built or retired. */
export function projectionSchema(tables: Tables, projection: string, version?: number): string {
  return `${tables.schema}_${projection}${version === undefined ? '' : `_v${version}`}`;
}
