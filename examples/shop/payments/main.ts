import { createPostgresEventStore } from '@ninefold/toolkit/eventstore';
import { kafkaPublisher } from '@ninefold/toolkit/kafka';
import { FaultPlan } from '@ninefold/toolkit/testing';
import pg from 'pg';
import { database, outboxRelay } from '../common/database.ts';
import { faultControl } from '../common/faults.ts';
import { consumerOf, kafkaOf, observed } from '../common/kafka.ts';
import { createObservability } from '../common/observability.ts';
import { runService } from '../common/run-service.ts';
import { databaseSettings, kafkaSettings, readSettings } from '../common/settings.ts';
import { ordersPlaced } from '../orders/placed.ts';
import { Bank } from './bank.ts';
import contract from './contract.ts';
import { Ledger } from './ledger.ts';
import { paymentsSettled } from './settled.ts';

const settings = readSettings({ ...databaseSettings, ...kafkaSettings });
const observability = createObservability(contract.name, settings);
const { logger, resilience } = observability;

const faults = new FaultPlan({ edges: ['bank'] });
const bank = new Bank(faults.edge('bank'));
resilience.add(bank.calls);

const pool = new pg.Pool({ connectionString: settings.DATABASE_URL, max: 20 });
const store = createPostgresEventStore({ pool });
const ledger = new Ledger(pool, store.outbox);

const driver = kafkaOf(contract, settings);
const publisher = kafkaPublisher({ driver, source: '/payments', topics: [paymentsSettled] });
const consumer = consumerOf(
  contract,
  ordersPlaced,
  { driver, inbox: store.inbox, concurrency: 4 },
  observability,
);
consumer.on(
  ordersPlaced,
  observed(observability, ordersPlaced, async ({ orderId, total }, { transaction }) => {
    const paymentId = await bank.collect(orderId);
    await ledger.settle(transaction, { orderId, paymentId, amount: total });
  }),
);

await runService(contract, { settings, observability }, [
  database(pool, async () => {
    await store.migrate();
    await ledger.prepare();
  }),
  publisher.component(),
  outboxRelay(store.outbox, publisher, logger),
  { name: 'bank', needs: { egress: ['api.bank.example'] } },
  consumer.component(),
  faultControl(faults, { port: settings.FAULT_PORT, logger }),
]);
