import { fileURLToPath } from 'node:url';
import { loadContract } from '@ninefold/toolkit/contract';
import { createPostgresEventStore } from '@ninefold/toolkit/eventstore';
import type { Handlers } from '@ninefold/toolkit/http';
import pg from 'pg';
import { database } from '../common/database.ts';
import { consumerOf, kafkaOf, observed } from '../common/kafka.ts';
import { createObservability } from '../common/observability.ts';
import { restApi } from '../common/rest-api.ts';
import { runService } from '../common/run-service.ts';
import { databaseSettings, kafkaSettings, readSettings } from '../common/settings.ts';
import { ordersPlaced } from '../orders/placed.ts';
import { Catalogue } from './catalogue.ts';
import { api, type operations } from './generated/api.ts';

const { contract } = await loadContract(fileURLToPath(new URL('contract.yaml', import.meta.url)));
const settings = readSettings({ ...databaseSettings, ...kafkaSettings });
const observability = createObservability(contract.name, settings);

const pool = new pg.Pool({ connectionString: settings.DATABASE_URL, max: 20 });
const catalogue = new Catalogue(pool);
const store = createPostgresEventStore({ pool });

// An order may be delivered more than once; the inbox lets it be reserved once.
const consumer = consumerOf(
  contract,
  ordersPlaced,
  { driver: kafkaOf(contract, settings), inbox: store.inbox },
  observability,
);
consumer.on(
  ordersPlaced,
  observed(observability, ordersPlaced, (order, { transaction }) => catalogue.reserve(transaction, order)),
);

const handlers: Handlers<operations> = {
  async getArticle({ path: { articleId } }) {
    const article = await catalogue.find(articleId);
    if (article) return { status: 200, body: article };
    return { status: 404, body: { title: 'No such article', status: 404 } };
  },
};

await runService(contract, { settings, observability }, [
  database(pool, async () => {
    await store.migrate();
    await catalogue.prepare();
  }),
  consumer.component(),
  await restApi(
    {
      openapi: new URL('openapi.yaml', import.meta.url),
      api,
      port: contract.apis.http?.port ?? 8080,
      // Only services of ours call it: their priority and tenant are believed.
      options: { trusted: true },
      handlers,
    },
    { settings, observability },
  ),
]);
