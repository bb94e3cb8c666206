import { fileURLToPath } from 'node:url';
import { loadContract } from '@ninefold/toolkit/contract';
import { createPostgresEventStore } from '@ninefold/toolkit/eventstore';
import { apiClient, postgresIdempotencyStore } from '@ninefold/toolkit/http';
import { kafkaPublisher } from '@ninefold/toolkit/kafka';
import pg from 'pg';
import { z } from 'zod';
import { clientOf } from '../common/calls.ts';
import { database, outboxRelay } from '../common/database.ts';
import { consumerOf, kafkaOf, observed } from '../common/kafka.ts';
import { createObservability } from '../common/observability.ts';
import { restApi } from '../common/rest-api.ts';
import { runService } from '../common/run-service.ts';
import { databaseSettings, kafkaSettings, readSettings } from '../common/settings.ts';
import { paymentsSettled } from '../payments/settled.ts';
import { api as stockApi } from '../stock/generated/api.ts';
import { api } from './generated/api.ts';
import { createHandlers } from './handlers.ts';
import { type OrderEvent, streamOf } from './order.ts';
import { overview } from './overview.ts';
import { ordersPlaced } from './placed.ts';

const { contract } = await loadContract(fileURLToPath(new URL('contract.yaml', import.meta.url)));
const settings = readSettings({ ...databaseSettings, ...kafkaSettings, STOCK_URL: z.url() });
const observability = createObservability(contract.name, settings);
const { logger } = observability;

// Every order is a stream of events, and what others are to know of it leaves by the outbox of the same transaction.
const pool = new pg.Pool({ connectionString: settings.DATABASE_URL, max: 20 });
const store = createPostgresEventStore<OrderEvent>({
  pool,
  outbox: (event) =>
    event.type === 'OrderPlaced' ? { topic: ordersPlaced.topic, key: event.streamId } : undefined,
});
const idempotency = postgresIdempotencyStore({ pool });

const driver = kafkaOf(contract, settings);
const publisher = kafkaPublisher({ driver, source: '/orders', topics: [ordersPlaced] });
const consumer = consumerOf(contract, paymentsSettled, { driver, inbox: store.inbox }, observability);
consumer.on(
  paymentsSettled,
  observed(observability, paymentsSettled, async ({ orderId, paymentId }, { transaction }) => {
    // In the inbox's transaction: the event is appended when, and only when, the message is noted as handled.
    await store.append(streamOf(orderId), [{ type: 'OrderPaid', data: { paymentId } }], {
      expectedVersion: 'exists',
      transaction,
    });
  }),
);

const stockClient = clientOf(contract, 'stock', settings.STOCK_URL, observability);
const stock = apiClient(stockClient, stockApi, ['getArticle']);

await runService(contract, { settings, observability }, [
  database(pool, async () => {
    await store.migrate();
    await idempotency.prepare();
  }),
  publisher.component(),
  outboxRelay(store.outbox, publisher, logger),
  {
    name: 'overview',
    start: () => void store.project({ ...overview, onError: (error) => logger.warn({ error }, 'overview') }),
    close: () => store.close(),
  },
  stockClient.component(),
  consumer.component(),
  await restApi(
    {
      openapi: new URL('openapi.yaml', import.meta.url),
      api,
      port: contract.apis.http?.port ?? 8080,
      handlers: createHandlers(store, stock),
      options: { idempotency: { store: idempotency } },
      // Who pays goes first when there is too much work.
      routes: { placeOrder: { priority: 'high' } },
    },
    { settings, observability },
  ),
]);
