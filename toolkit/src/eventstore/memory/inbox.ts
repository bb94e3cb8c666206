import type { Clock } from '../../clock/index.ts';
import type { Delivery, Inbox, InboxOutcome } from '../inbox.ts';
import { checkDelivery } from '../input-checks.ts';
import type { MemoryTransaction } from './outbox.ts';

/** Handled messages in memory. */
export class MemoryInbox implements Inbox<MemoryTransaction> {
  readonly #clock: Clock;
  /** When it was handled, in epoch milliseconds. */
  readonly #handled = new Map<string, number>();
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async process<Result>(
    delivery: Delivery,
    handle: (transaction: MemoryTransaction) => Promise<Result> | Result,
  ): Promise<InboxOutcome<Result>> {
    checkDelivery(delivery);
    const key = JSON.stringify([delivery.consumer, delivery.messageId]);
    for (let other = this.#underWay.get(key); other !== undefined; other = this.#underWay.get(key)) {
      await other.catch(() => {});
    }
    if (this.#handled.has(key)) return { duplicate: true };
    const handling = this.#handle(key, handle);
    this.#underWay.set(key, handling);
    try {
      return { duplicate: false, result: await handling };
    } finally {
      this.#underWay.delete(key);
    }
  }

  async forget(handledBefore: Date): Promise<number> {
    const old = [...this.#handled].filter(([, instant]) => instant < handledBefore.getTime());
    for (const [key] of old) this.#handled.delete(key);
    return old.length;
  }

  async #handle<Result>(
    key: string,
    handle: (transaction: MemoryTransaction) => Promise<Result> | Result,
  ): Promise<Result> {
    const effects: (() => void)[] = [];
    const result = await handle({ onCommit: (effect) => void effects.push(effect) });
    this.#handled.set(key, this.#clock.wall());
    for (const effect of effects) effect();
    return result;
  }
}
