import { extract, kafkaHeaders, runInContext } from '../../context/index.ts';
import type { CloudEvent } from '../../events/index.ts';
import { fromRecord } from '../codec.ts';
import type { IncomingRecord } from '../driver.ts';
import type { Topic } from '../topic.ts';
import type { EventHandler } from './consumer-options.ts';
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
  const { signal } = controller;
  const context = extract(kafkaHeaders(record.headers as Map<string, Buffer>), {
    trusted: true,
    principal,
    clock,
    signal,
  });
  const { topic, partition, offset, key } = record;
  const handle = async (transaction: Transaction): Promise<void> => {
    await subscription.handle(event, {
      transaction,
      context,
      signal,
      attempt: attempts + 1,
      topic,
      partition,
      offset,
      key: key?.toString('utf8'),
    });
  };
  const work = async (): Promise<Handled> => {
    if (!inbox) {
      await handle(undefined as Transaction);
      return { event, isDuplicate: false };
    }
    const messageId = `${event.source} ${event.id}`;
    const { duplicate } = await inbox.process({ consumer: group, messageId }, handle);
    return { event, isDuplicate: duplicate };
  };
  // A handler may pay no attention to its signal: its time is over all the same.
  return new Promise<Handled>((resolve, reject) => {
    const abort = (reason: unknown): void => {
      controller.abort(reason);
      end();
      reject(reason);
    };
    const giveUp = (): void => abort(options.signal.reason);
    const timer = clock.setTimeout(() => abort(new HandlerTimeError(handlerTime)), handlerTime);
    const end = (): void => {
      clock.clearTimeout(timer);
      options.signal.removeEventListener('abort', giveUp);
    };
    if (options.signal.aborted) {
      giveUp();
      return;
    }
    options.signal.addEventListener('abort', giveUp);
    runInContext(context, work).then(
      (handled) => {
        end();
        resolve(handled);
      },
      (error: unknown) => {
        end();
        reject(error);
      },
    );
  });
}
