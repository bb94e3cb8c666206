import type { Component } from '../../service/component.ts';
import type { Topic } from '../topic.ts';
import type { EventHandler } from './consumer-options.ts';
import type { ConsumerEvent } from './observed.ts';

/**
 * What a consumer is and how it stands, as plain data.
 *
 * @example
 * const { partitions }: KafkaConsumerDescription = consumer.describe();
 */
export interface KafkaConsumerDescription {
  readonly kind: 'kafka-consumer';
  readonly group: string;
  /** The client that it works with. */
  readonly driver: string;
  readonly topics: readonly {
    readonly topic: string;
    readonly version: number;
    readonly delayTopic: string;
    readonly deadLetterTopic: string;
  }[];
  /** The partitions that are this member's at the moment. */
  readonly partitions: readonly {
    readonly topic: string;
    readonly partition: number;
    /** Records received and not handled yet. */
    readonly waiting: number;
    /** Records that failed, or wait behind one of their key that did. */
    readonly parked: number;
  }[];
  /** What became of records since the start, by type. */
  readonly counts: Readonly<Record<ConsumerEvent['type'], number>>;
}

/**
 * Reads topics as a member of a group; made by {@link kafkaConsumer}.
 *
 * @example
 * const consumer: KafkaConsumer = kafkaConsumer({ driver, group: 'billing' });
 */
export interface KafkaConsumer<Transaction = undefined> {
  readonly group: string;
  /**
   * Handles the events of a topic. To be called before the start.
   *
   * @throws Error when the consumer has been started, or the topic has a handler.
   */
  on<Data>(topic: Topic<Data>, handle: EventHandler<Data, Transaction>): KafkaConsumer<Transaction>;
  /** Makes what topics are missing, joins the group and begins. */
  start(): Promise<void>;
  /** Ends what is at hand, commits and leaves the group. */
  stop(): Promise<void>;
  /** The consumer as a part of a service. */
  component(): Component;
  describe(): KafkaConsumerDescription;
}
