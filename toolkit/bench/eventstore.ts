/**
 * Appends with an outbox message, compared with one prepared insert without any of the guarantees, and with Emmett.
 * On a server that waits for the disk at each commit, as in production.
 *
 *     node toolkit/bench/eventstore.ts [--json]
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { createPostgresEventStore } from '../src/eventstore/index.ts';
import { startPostgres } from '../test-support/index.ts';
import { EMMETT_PACKAGE, type Emmett } from './emmett.ts';
import { loadPeer } from './peers.ts';
import { type Finding, report } from './promise.ts';
import { type Comparison, type Contestant, compare, measured, ratio } from './rounds.ts';

/** Many short ones: what else the machine does interrupts a few of them, and the median does not see it. */
const ROUNDS = 61;
const CONNECTIONS = 10;
const RAW = 'raw: one prepared insert';
const OURS = 'append with outbox message';
const EMMETT = 'Emmett';
const data = {
  orderId: 'o-4711',
  customer: 'c-123',
  lines: [
    { article: 'shirt', quantity: 2, price: 1299 },
    { article: 'socks', quantity: 1, price: 499 },
  ],
  total: 3097,
};

/** Keeps so many appends under way. */
function inParallel(parallel: number, append: () => Promise<unknown>): Contestant {
  return async (count) => {
    let left = count;
    const worker = async () => {
      while (left > 0) {
        left -= 1;
        await append();
      }
    };
    await Promise.all(Array.from({ length: parallel }, worker));
  };
}

async function rawInsert(pool: pg.Pool): Promise<() => Promise<unknown>> {
  await pool.query(`create table raw_events (
  id bigint generated always as identity primary key, stream_id text not null, version integer not null,
  event_id uuid not null, type text not null, data json not null, metadata json not null,
  recorded_at timestamptz not null default now(), unique (stream_id, version)
)`);
  return () =>
    pool.query({
      name: 'raw_insert',
      text: 'insert into raw_events (stream_id, version, event_id, type, data, metadata) values ($1, $2, $3, $4, $5, $6)',
      values: [randomUUID(), 1, randomUUID(), 'OrderPlaced', JSON.stringify(data), '{}'],
    });
}

async function main(): Promise<void> {
  const emmettModule = (await loadPeer(EMMETT_PACKAGE)) as Emmett;
  // It ends with this process.
  const server = await startPostgres({ durable: true });
  const pool = new pg.Pool({ connectionString: await server.createDatabase(), max: CONNECTIONS });
  const emmett = emmettModule.getPostgreSQLEventStore(await server.createDatabase());
  const store = createPostgresEventStore({
    pool,
    outbox: (event) => ({ topic: 'orders.placed', key: event.streamId }),
  });
  await store.migrate();
  const insert = await rawInsert(pool);
  const append = () =>
    store.append(randomUUID(), [{ type: 'OrderPlaced', data }], { expectedVersion: 'none' });
  const appendByEmmett = () =>
    emmett.appendToStream(randomUUID(), [{ type: 'OrderPlaced', data }], {
      expectedStreamVersion: 'STREAM_DOES_NOT_EXIST',
    });

  const comparisons: Comparison[] = [];
  for (const [parallel, count] of [
    [1, 60],
    [16, 250],
    [64, 500],
  ] as const) {
    const contestants = {
      [RAW]: inParallel(parallel, insert),
      [OURS]: inParallel(parallel, append),
      [EMMETT]: inParallel(parallel, appendByEmmett),
    };
    const name = `${parallel} append${parallel === 1 ? '' : 's'} at a time`;
    comparisons.push(await compare(name, contestants, { rounds: ROUNDS, count }));
  }
  await store.close();
  await emmett.close();
  await pool.end();
  report({ findings: comparisons.flatMap(findingsOf), measured: measured(comparisons) });
}

/** Both promises hold at every number of appends at a time. */
function findingsOf(comparison: Comparison): Finding[] {
  const { name } = comparison;
  return [
    {
      what: `${name}: one prepared insert / append with outbox`,
      value: ratio(comparison, RAW, OURS),
      unit: '×',
      wanted: { atLeast: 0.9 },
    },
    {
      what: `${name}: Emmett / append with outbox`,
      value: ratio(comparison, EMMETT, OURS),
      unit: '×',
      wanted: { atLeast: 2 },
    },
  ];
}

await main();
