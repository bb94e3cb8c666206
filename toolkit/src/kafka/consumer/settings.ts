import { type Clock, systemClock } from '../../clock/index.ts';
import type { KafkaConsumerOptions, MessageInbox } from './consumer-options.ts';

/** A consumer's options with their defaults. */
export interface ConsumerSettings<Transaction> {
  readonly from: 'earliest' | 'latest';
  readonly inbox: MessageInbox<Transaction> | undefined;
  readonly attempts: number;
  readonly delay: number;
  readonly maximumDelay: number;
  readonly random: () => number;
  readonly handlerTime: number;
  readonly concurrency: number;
  readonly highWater: number;
  readonly maximumParked: number;
  readonly commitInterval: number;
  readonly createTopics: boolean;
  readonly principal: boolean;
  readonly clock: Clock;
}

/**
 * Fills options up with their defaults.
 *
 * @throws TypeError with everything that makes no sense.
 */
export function consumerSettings<Transaction>(
  options: KafkaConsumerOptions<Transaction>,
): ConsumerSettings<Transaction> {
  const { retry = {} } = options;
  const settings = {
    from: options.from ?? 'earliest',
    inbox: options.inbox,
    attempts: retry.attempts ?? 5,
    delay: retry.delay ?? 1_000,
    maximumDelay: retry.maximumDelay ?? 60_000,
    random: retry.random ?? Math.random,
    handlerTime: options.handlerTime ?? 30_000,
    concurrency: options.concurrency ?? 1,
    highWater: options.highWater ?? 1_000,
    maximumParked: options.maximumParked ?? 10_000,
    commitInterval: options.commitInterval ?? 100,
    createTopics: options.createTopics ?? true,
    principal: options.principal ?? false,
    clock: options.clock ?? systemClock,
  };
  const { attempts, delay, maximumDelay, handlerTime, commitInterval } = settings;
  const { concurrency, highWater, maximumParked } = settings;
  const violations = [
    ...(options.group === '' ? ['group is empty: name the consumer group as the contract does'] : []),
    ...Object.entries({ concurrency, highWater, maximumParked, 'retry.attempts': attempts })
      .filter(([, value]) => !Number.isInteger(value) || value < 1)
      .map(([name, value]) => `${name} is ${value}: give it a whole number of at least 1`),
    ...Object.entries({ handlerTime, 'retry.delay': delay, 'retry.maximumDelay': maximumDelay })
      .filter(([, value]) => !(value > 0 && Number.isFinite(value)))
      .map(([name, value]) => `${name} is ${value}: give it a number of milliseconds above 0`),
    ...(commitInterval >= 0 && Number.isFinite(commitInterval)
      ? []
      : [`commitInterval is ${commitInterval}: give it a number of milliseconds from 0`]),
  ];
  if (violations.length > 0) throw new TypeError(violations.join('\n'));
  return settings;
}
