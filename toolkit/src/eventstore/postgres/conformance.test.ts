import { after, before } from 'node:test';
import type pg from 'pg';
import { eventStoreConformance } from '../conformance.ts';
import { TestDatabase } from './fixtures/database.ts';

let database: TestDatabase;
let pool: pg.Pool;

before(async () => {
  database = await TestDatabase.start();
  pool = database.pool({ max: 20 });
});
after(() => database.stop());

eventStoreConformance('the event store on PostgreSQL', (settings) => database.store({ ...settings, pool }));
