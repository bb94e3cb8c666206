import type { ServiceContract } from '@ninefold/toolkit/contract';
import {
  type EventHandler,
  type HandledDelivery,
  type KafkaConsumer,
  kafkaConsumer,
  type KafkaDriver,
  type MessageInbox,
  platformaticKafka,
  type Topic,
  UnprocessableEventError,
} from '@ninefold/toolkit/kafka';
import { inSpan } from '@ninefold/toolkit/telemetry';
import type { Observability } from './observability.ts';

const outcomes = ['handled', 'duplicate', 'parked', 'queued', 'dead-lettered', 'held'] as const;

/** Milliseconds before the second attempt at an event; each further one waits twice as long. */
const FIRST_DELAY = 250;

/** Kafka as the environment has it. */
export function kafkaOf(
  { name }: ServiceContract,
  settings: { readonly KAFKA_BROKERS: readonly string[]; readonly KAFKA_SESSION_TIMEOUT: number },
): KafkaDriver {
  return platformaticKafka({
    brokers: settings.KAFKA_BROKERS,
    clientId: name,
    sessionTimeout: settings.KAFKA_SESSION_TIMEOUT,
  });
}

/**
 * A consumer for a topic that the contract lets this service read, in the group and with the attempts that stand
 * there. What became of each record is counted.
 *
 * @throws Error when the contract does not have the topic.
 */
export function consumerOf<Transaction>(
  contract: ServiceContract,
  topic: Topic<unknown>,
  options: {
    readonly driver: KafkaDriver;
    readonly inbox: MessageInbox<Transaction>;
    readonly concurrency?: number;
  },
  { metrics, logger }: Observability,
): KafkaConsumer<Transaction> {
  const subscription = contract.consumes.find((granted) => granted.topic === topic.topic);
  if (subscription === undefined)
    throw new Error(`the contract of ${contract.name} does not read ${topic.topic}`);
  const records = metrics.counter({
    name: 'shop.consumer.records',
    description: 'What became of records that were read',
    unit: '{record}',
    attributes: { 'messaging.destination.name': 20, outcome: [...outcomes] },
  });
  return kafkaConsumer({
    ...options,
    group: subscription.group,
    from: subscription.from,
    retry: { attempts: subscription.attempts, delay: FIRST_DELAY },
    observe: (event) => {
      records.add(1, { 'messaging.destination.name': event.topic, outcome: event.type });
      if (event.type !== 'dead-lettered') return;
      logger.error({ error: event.error, topic: event.topic, key: event.key }, 'dead-lettered');
    },
    onProblem: (error) => logger.warn({ error }, 'the consumer had to get over something'),
  });
}

/**
 * A handler whose work is one span, below that of whoever published the event, and one wide event. It is given the
 * event's data; an event without any is none that could be handled.
 */
export function observed<Data, Transaction>(
  { wideEvents }: Observability,
  topic: Topic<Data>,
  handle: (data: Data, delivery: HandledDelivery<Transaction>) => Promise<void>,
): EventHandler<Data, Transaction> {
  const name = `process ${topic.topic}`;
  const attributes = { 'messaging.system': 'kafka', 'messaging.destination.name': topic.topic };
  return ({ data }, delivery) => {
    if (data === undefined) throw new UnprocessableEventError('it has no data');
    return inSpan(
      name,
      () => wideEvents.run(name, { attempt: delivery.attempt }, () => handle(data, delivery)),
      { kind: 'consumer', attributes },
    );
  };
}
