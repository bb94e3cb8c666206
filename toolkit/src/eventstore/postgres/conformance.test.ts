import { after, before } from 'node:test';
import pg from 'pg';
import { type PostgresServer, startPostgres } from '../../../test-support/index.ts';
import { eventStoreConformance } from '../conformance.ts';
import { createPostgresEventStore } from './store.ts';

let server: PostgresServer;
let pool: pg.Pool;
let stores = 0;

before(async () => {
  server = await startPostgres();
  pool = new pg.Pool({ connectionString: server.url, max: 20 });
});

after(async () => {
  await pool.end();
  await server.stop();
});

eventStoreConformance('the event store on PostgreSQL', async (settings) => {
  stores += 1;
  const store = createPostgresEventStore({ ...settings, pool, schema: `store_${stores}` });
  await store.migrate();
  return store;
});
