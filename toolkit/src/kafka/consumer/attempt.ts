import { deriveContext, extract, kafkaHeaders, runInContext } from '../../context/index.ts';
import type { CloudEvent } from '../../events/index.ts';
import { fromRecord } from '../codec.ts';
import type { IncomingRecord } from '../driver.ts';
import type { Topic } from '../topic.ts';
import type { EventHandler, HandledDelivery } from './consumer-options.ts';
import type { ConsumerSettings } from './settings.ts';

/** A topic and what handles its events. */
export interface Subscription<Transaction> {
  readonly topic: Topic<unknown>;
  readonly handle: EventHandler<unknown, Transaction>;
}

/** How an attempt is made. */
export interface AttemptOptions<Transaction> {
  readonly group: string;
  readonly settings: ConsumerSettings<Transaction>;
  /** Aborts what runs when the consumer gives up its work. */
  readonly signal: AbortSignal;
}

/** What came of handling an event. */
export interface Handled {
  readonly event: CloudEvent;
  readonly isDuplicate: boolean;
}

/**
 * An attempt took longer than it may.
 *
 * @example
 * const isSlow = (event: ConsumerEvent) => event.type === 'parked' && event.error instanceof HandlerTimeError;
 */
export class HandlerTimeError extends Error {
  override readonly name = 'HandlerTimeError';
  /** A fixed text that survives bundling and copies of the package. */
  readonly code = 'HANDLER_TIME';

  constructor(milliseconds: number) {
    super(`the handler was not done after ${milliseconds} ms`);
  }
}

/**
 * Handles the event of a record once.
 *
 * @throws InvalidEventError when it is no event of its topic; what the handler throws.
 */
export async function handleRecord<Transaction>(
  subscription: Subscription<Transaction>,
  record: IncomingRecord,
  attempts: number,
  options: AttemptOptions<Transaction>,
): Promise<Handled> {
  const event = fromRecord(subscription.topic, record);
  const { group, settings } = options;
  const { inbox, handlerTime, principal, clock } = settings;
  const controller = new AbortController();
  const giveUp = (): void => controller.abort(options.signal.reason);
  if (options.signal.aborted) giveUp();
  else options.signal.addEventListener('abort', giveUp);
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = clock.setTimeout(() => {
    const error = new HandlerTimeError(handlerTime);
    controller.abort(error);
    reject(error);
  }, handlerTime);
  controller.signal.addEventListener('abort', () => reject(controller.signal.reason));
  // Nobody hears of it when the handler was faster.
  tooLate.catch(() => {});
  const received = extract(kafkaHeaders(new Map(record.headers)), { trusted: true, principal, clock });
  const context = deriveContext(received, { signal: controller.signal, clock });
  const { topic, partition, offset, key } = record;
  const delivery = (transaction: Transaction): HandledDelivery<Transaction> => ({
    transaction,
    context,
    signal: controller.signal,
    attempt: attempts + 1,
    topic,
    partition,
    offset,
    key: key?.toString('utf8'),
  });
  const handle = async (transaction: Transaction): Promise<void> => {
    await subscription.handle(event, delivery(transaction));
  };
  try {
    const work = runInContext(context, async () => {
      if (!inbox) {
        await handle(undefined as Transaction);
        return false;
      }
      const messageId = `${event.source} ${event.id}`;
      return (await inbox.process({ consumer: group, messageId }, handle)).duplicate;
    });
    return { event, isDuplicate: await Promise.race([work, tooLate]) };
  } finally {
    clock.clearTimeout(timer);
    options.signal.removeEventListener('abort', giveUp);
  }
}
