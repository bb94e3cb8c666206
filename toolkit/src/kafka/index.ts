/**
 * Kafka on the platform's terms: typed topics, events checked against their schema, order by key, retries that hold up
 * nobody else, dead letters that can be replayed, and an effect that happens once.
 *
 * @module
 */
export type {
  DelayOptions,
  EventHandler,
  HandledDelivery,
  KafkaConsumerOptions,
  MessageInbox,
} from './consumer/consumer-options.ts';
export { kafkaConsumer } from './consumer/group-consumer.ts';
export type { KafkaConsumer, KafkaConsumerDescription } from './consumer/kafka-consumer.ts';
export { HandlerTimeError } from './consumer/attempt.ts';
export type { ConsumedRecord, ConsumerEvent, DeadLetterReason, RecordOutcome } from './consumer/observed.ts';
export { UnprocessableEventError } from './consumer/unprocessable.ts';
export type {
  DriverAdmin,
  DriverConsumer,
  DriverConsumerOptions,
  DriverProducer,
  IncomingRecord,
  KafkaDriver,
  NewTopic,
  OutgoingRecord,
  PartitionOffset,
  PartitionState,
  TopicPartition,
} from './driver.ts';
export { confluentKafka, type ConfluentOptions } from './confluent/driver.ts';
export type { ConfluentLibrary } from './confluent/library.ts';
export { MemoryKafka } from './memory/broker.ts';
export { platformaticKafka, type PlatformaticOptions } from './platformatic/driver.ts';
export {
  type KafkaPublisher,
  type KafkaPublisherDescription,
  type KafkaPublisherOptions,
  kafkaPublisher,
  type MessageToPublish,
} from './publisher.ts';
export { httpSchemaRegistry, type HttpSchemaRegistryOptions } from './registry/http-registry.ts';
export { memorySchemaRegistry } from './registry/memory-registry.ts';
export {
  IncompatibleSchemaError,
  type RegisteredSchema,
  type SchemaRegistry,
  subjectOf,
} from './registry/registry.ts';
export { type DeadLetter, type ReplayOptions, type ReplayResult, replayDeadLetters } from './replay.ts';
export { RecordTooLargeError } from './record-too-large.ts';
export { defineTopic, Topic, type TopicOptions } from './topic.ts';
export { deadLetterTopicName, delayTopicName } from './topic-names.ts';
