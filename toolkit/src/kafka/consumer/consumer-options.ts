import type { Clock } from '../../clock/index.ts';
import type { Context } from '../../context/index.ts';
import type { CheckedEvent } from '../../events/index.ts';
import type { KafkaDriver } from '../driver.ts';
import type { ConsumerEvent } from './observed.ts';

/**
 * What a consumer needs of an inbox; the event store's is one.
 *
 * @example
 * const inbox: MessageInbox<PostgresQueryable> = store.inbox;
 */
export interface MessageInbox<Transaction> {
  /** Handles a message in a transaction that also notes it, unless it is noted already. */
  process<Result>(
    delivery: { readonly consumer: string; readonly messageId: string },
    handle: (transaction: Transaction) => Promise<Result> | Result,
  ): Promise<{ readonly duplicate: boolean }>;
}

/**
 * How failed records are tried again.
 *
 * @example
 * const retry: DelayOptions = { attempts: 8, delay: 500, maximumDelay: 120_000 };
 */
export interface DelayOptions {
  /** The most attempts at one record, the first included, before it goes to the dead letters. @default 5 */
  readonly attempts?: number;
  /** Milliseconds before the second attempt; each further one waits twice as long. @default 1000 */
  readonly delay?: number;
  /** The longest wait in milliseconds. @default 60000 */
  readonly maximumDelay?: number;
  /** A number from 0 up to 1: every wait is shortened by up to half, so that not all come back at once. @default Math.random */
  readonly random?: () => number;
}

/**
 * How {@link kafkaConsumer} works. Only driver and group have no default.
 *
 * @example
 * const options: KafkaConsumerOptions = { driver, group: 'billing', inbox: store.inbox };
 */
export interface KafkaConsumerOptions<Transaction = undefined> {
  readonly driver: KafkaDriver;
  /** Consumer group, as the contract has it; its members share the partitions. */
  readonly group: string;
  /** Where a new group begins. @default 'earliest' */
  readonly from?: 'earliest' | 'latest';
  /** Gives each event's handling an effect that happens once, in one transaction with it. @default at least once */
  readonly inbox?: MessageInbox<Transaction>;
  /** @default {} */
  readonly retry?: DelayOptions;
  /** Milliseconds for one attempt; after it the attempt has failed. @default 30000 */
  readonly handlerTime?: number;
  /** Keys of one partition that are handled side by side; a key's events always come one after the other. @default 1 */
  readonly concurrency?: number;
  /** Records that wait in memory for each partition, from which on no more are taken for now. @default 1000 */
  readonly highWater?: number;
  /** Records of one partition that are parked, from which on no more are taken for now. @default 10000 */
  readonly maximumParked?: number;
  /** Milliseconds between two commits. @default 100 */
  readonly commitInterval?: number;
  /** Whether to make delay and dead-letter topics that are not there. @default true */
  readonly createTopics?: boolean;
  /** Whether to read the principal that the sender sent along. @default false */
  readonly principal?: boolean;
  /** Told of every record. */
  readonly observe?: (event: ConsumerEvent) => void;
  /** Told of what the consumer gets over by itself, such as a broker that is away. @default a process warning each */
  readonly onProblem?: (error: unknown) => void;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * What a handler is given beside its event.
 *
 * @example
 * const handle = async (event: CheckedEvent<OrderPlaced>, { transaction, signal }: HandledDelivery<PoolClient>) => {};
 */
export interface HandledDelivery<Transaction> {
  /** The inbox's transaction: what is written in it happens once; undefined without an inbox. */
  readonly transaction: Transaction;
  /** The context of the one who sent it, without a deadline of theirs; also the current context. */
  readonly context: Context;
  /** Aborts when the time for the attempt is over, or the consumer gives up its work. */
  readonly signal: AbortSignal;
  /** 1 for the first. */
  readonly attempt: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | undefined;
}

/**
 * Does what is to be done about an event. It fails by throwing; an error that says `retryable: false` is not tried again.
 *
 * @example
 * const handle: EventHandler<OrderPlaced> = async ({ data }) => void (await invoices.create(data.orderId));
 */
export type EventHandler<Data, Transaction = undefined> = (
  event: CheckedEvent<Data>,
  delivery: HandledDelivery<Transaction>,
) => Promise<void> | void;
