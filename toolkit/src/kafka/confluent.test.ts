import { after, before, describe, it } from 'node:test';
import { type KafkaServer, startKafka } from '../../test-support/index.ts';
import { loadConfluentLibrary } from '../../test-support/confluent-library.ts';
import { describeConsumer } from '../../test-support/kafka-consumer-suite.ts';
import { describeDriver } from '../../test-support/kafka-driver-suite.ts';
import { confluentKafka, type KafkaDriver } from './index.ts';

const library = await loadConfluentLibrary().catch((error: Error) => error);

if (library instanceof Error) {
  const { message, cause } = library;
  const skip = cause instanceof Error ? `${message}: ${cause.message.split('\n')[0]}` : message;
  it('Kafka by a broker with @confluentinc/kafka-javascript', { skip });
} else {
  describe('Kafka by a broker with @confluentinc/kafka-javascript', () => {
    let server: KafkaServer;
    let driver: KafkaDriver;
    const driverWith = (client: Record<string, number>) =>
      confluentKafka({
        brokers: [server.bootstrap],
        clientId: 'test',
        sessionTimeout: 3_000,
        library: async () => library,
        client,
      });
    before(async () => {
      server = await startKafka();
      driver = driverWith({ 'fetch.wait.max.ms': 20 });
    });
    after(() => server.stop());
    describeDriver(
      () => driver,
      () => driverWith({ 'topic.metadata.propagation.max.ms': 200 }),
    );
    describeConsumer(() => driver);
  });
}
