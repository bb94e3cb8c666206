import { after, before, describe } from 'node:test';
import { type KafkaServer, startKafka } from '../../test-support/index.ts';
import { describeConsumer } from '../../test-support/kafka-consumer-suite.ts';
import { describeDriver } from '../../test-support/kafka-driver-suite.ts';
import { type KafkaDriver, MemoryKafka, platformaticKafka } from './index.ts';

describe('Kafka in memory', () => {
  const kafka = new MemoryKafka();
  describeDriver(() => kafka);
  describeConsumer(() => kafka);
});

describe('Kafka by a broker', () => {
  let server: KafkaServer;
  before(async () => {
    server = await startKafka();
  });
  after(() => server.stop());

  describe('with @platformatic/kafka', () => {
    let driver: KafkaDriver;
    before(() => {
      driver = platformaticKafka({ brokers: [server.bootstrap], clientId: 'test', sessionTimeout: 3_000 });
    });
    describeDriver(
      () => driver,
      () =>
        platformaticKafka({
          brokers: [server.bootstrap],
          clientId: 'impatient',
          client: { retries: 2, retryDelay: 20 },
        }),
    );
    describeConsumer(() => driver);
  });
});
