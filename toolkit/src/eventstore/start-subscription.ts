import type { Clock } from '../clock/index.ts';
import { BackgroundRunner, type OwnedWork } from './background-runner.ts';
import { beginning, type NewEvent, type Position, type Recorded } from './event.ts';
import { HandlerFailure } from './handler.ts';
import { RunningSubscription } from './running-subscription.ts';
import type { Subscription, SubscriptionOptions } from './subscription.ts';
import { WakeUp } from './wake-up.ts';

/** A subscription's or projection's work, and how far it has come. */
export type SubscriptionWork = OwnedWork & { readonly position: Position };

/** What differs from store to store. */
export interface SubscriptionParts {
  readonly clock: Clock;
  readonly wakeUp: WakeUp;
  /** As for the runner. */
  acquire(signal: AbortSignal): Promise<SubscriptionWork | 'retired' | undefined>;
  /** How far whichever process has come. */
  storedPosition(): Promise<Position>;
}

/** Runs a subscription or projection in the background. */
export function startSubscription<Event extends NewEvent>(
  options: SubscriptionOptions<Event>,
  parts: SubscriptionParts,
): Subscription {
  const { clock, wakeUp } = parts;
  const progress = new WakeUp();
  let work: SubscriptionWork | undefined;
  let known = beginning;
  const runner = new BackgroundRunner({
    name: options.name,
    batchSize: options.batchSize,
    pollInterval: options.pollInterval,
    takeOverInterval: options.takeOverInterval,
    clock,
    wakeUp,
    async acquire(signal) {
      const acquired = await parts.acquire(signal);
      work = acquired === 'retired' ? undefined : acquired;
      return acquired;
    },
    onError(error) {
      const failure = error instanceof HandlerFailure ? error : undefined;
      options.onError?.(failure?.cause ?? error, failure?.event as Recorded<Event> | undefined);
    },
    onProgress() {
      if (work !== undefined && work.position > known) known = work.position;
      progress.notify();
    },
  });
  const place = {
    get known() {
      return known;
    },
    stored: () => parts.storedPosition(),
  };
  return new RunningSubscription(runner, place, progress, clock);
}
