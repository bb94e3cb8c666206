import {
  type Context,
  DeadlineExceeded,
  remainingTime,
  rootContext,
  sqlSettings,
  throwIfDone,
} from '../../context/index.ts';
import {
  type PostgresClient,
  type PostgresPool,
  type PostgresStatement,
  sqlState,
  sqlStates,
} from './client.ts';

/** Milliseconds. */
const CLOCK_TOLERANCE = 20;

const guardedPools = new WeakSet<PostgresPool>();
const guardedClients = new WeakSet<PostgresClient>();

/**
 * A connection that the server ends in the very moment it is made says so by an event before whoever asked for it
 * can listen, and an error event without a listener ends the process. So each connection gets one from the start.
 */
export function guardPool(pool: PostgresPool): void {
  if (guardedPools.has(pool)) return;
  guardedPools.add(pool);
  pool.on?.('connect', guardClient);
}

/** A connection in use that breaks says so by an event, too. */
export function guardClient(client: PostgresClient): void {
  if (guardedClients.has(client)) return;
  guardedClients.add(client);
  client.on('error', () => {});
}

/** What work on a connection may say about it. */
export interface ClientLease {
  /** The connection is in an unknown state: it is closed instead of being used again. */
  discard(): void;
}

/**
 * Does work on a connection of the pool. When the context ends first, the caller hears at once, and what the
 * connection is doing is cancelled.
 */
export async function withClient<Result>(
  pool: PostgresPool,
  context: Context,
  work: (client: PostgresClient, lease: ClientLease) => Promise<Result>,
): Promise<Result> {
  if (context === rootContext) return onClient(await pool.connect(), work);
  throwIfDone(context);
  const { signal } = context;
  const client = await connect(pool, signal);
  const cancellation = new Cancellation(pool, client);
  const working = onClient(client, work, () => cancellation.settle());
  return unlessAborted(working, signal, () => void cancellation.start());
}

/** One statement; under a deadline with the server's own timeout, so that it ends there even if nobody cancels it. */
export function queryWithin<Row extends object>(
  pool: PostgresPool,
  context: Context,
  statement: PostgresStatement,
): Promise<Row[]> {
  return withClient(pool, context, async (client, lease) => {
    if (context.deadline === undefined) return (await client.query<Row>(statement)).rows;
    try {
      const timeout = sqlSettings(context).statement_timeout;
      await client.query(`begin read only; set local statement_timeout = ${timeout}`);
      const { rows } = await client.query<Row>(statement);
      await client.query('commit');
      return rows;
    } catch (error) {
      await client.query('rollback').catch(() => lease.discard());
      throw deadlineError(error, context);
    }
  });
}

/** A statement that the server ended at the deadline, as such: its clock may be a little ahead of our timer. */
export function deadlineError(error: unknown, context: Context): unknown {
  const atDeadline = context.deadline !== undefined && remainingTime(context) < CLOCK_TOLERANCE;
  return atDeadline && sqlState(error) === sqlStates.queryCanceled
    ? new DeadlineExceeded(context.deadline)
    : error;
}

/** Takes a connection; one that comes after the signal has aborted goes back at once. */
export async function connect(pool: PostgresPool, signal: AbortSignal): Promise<PostgresClient> {
  const connecting = pool.connect();
  return unlessAborted(connecting, signal, () => {
    connecting.then(
      (client) => client.release(),
      () => {},
    );
  });
}

/** Settles as the promise does, or rejects with the signal's reason as soon as it aborts. */
export function unlessAborted<Result>(
  promise: Promise<Result>,
  signal: AbortSignal,
  whenAborted: () => void,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      whenAborted();
      promise.catch(() => {});
      reject(signal.reason);
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

async function onClient<Result>(
  client: PostgresClient,
  work: (client: PostgresClient, lease: ClientLease) => Promise<Result>,
  beforeRelease?: () => Promise<void>,
): Promise<Result> {
  guardClient(client);
  let discarded = false;
  try {
    return await work(client, {
      discard() {
        discarded = true;
      },
    });
  } finally {
    await beforeRelease?.();
    client.release(discarded);
  }
}

/**
 * Ends what a connection is doing on the server, as far as that can be done; without it, the statement's own timeout
 * does. The connection is not given back while its cancellation is on its way, which would meet somebody else's work.
 */
class Cancellation {
  readonly #pool: PostgresPool;
  readonly #client: PostgresClient;
  #settled = false;
  #sent: Promise<unknown> = Promise.resolve();

  constructor(pool: PostgresPool, client: PostgresClient) {
    this.#pool = pool;
    this.#client = client;
  }

  async start(): Promise<void> {
    const { processID } = this.#client as { processID?: unknown };
    if (typeof processID !== 'number') return;
    try {
      await onClient(await this.#pool.connect(), async (other) => {
        if (this.#settled) return;
        this.#sent = other.query('select pg_cancel_backend($1)', [processID]);
        await this.#sent;
      });
    } catch {
      // It could not be sent, and need not be awaited.
    }
  }

  /** The work is over: nothing is cancelled any more, and what is on its way has arrived. */
  async settle(): Promise<void> {
    this.#settled = true;
    await this.#sent.catch(() => {});
  }
}
