import type { Clock } from '../../clock/index.ts';
import { BackgroundRunner } from '../background-runner.ts';
import { InvalidInput } from '../errors.ts';
import type { EventMetadata } from '../event.ts';
import type { Outbox, OutboxMessage, PendingMessage, RelayOptions } from '../outbox.ts';
import type { PreparedAppend } from '../prepare-append.ts';
import { type PreparedMessage, prepareMessage } from '../prepare-message.ts';
import type { Running } from '../running.ts';
import { WakeUp } from '../wake-up.ts';
import type { MemoryLeases } from './leases.ts';

/**
 * What takes the place of a database transaction: work put off until the handler has succeeded.
 *
 * @example
 * await store.inbox.process(delivery, (transaction) => store.outbox.enqueue(transaction, [message]));
 */
export interface MemoryTransaction {
  /** Does something when, and only when, the transaction is committed. */
  onCommit(effect: () => void): void;
}

const LEASE = 'outbox relay';

/** Messages in memory. */
export class MemoryOutbox implements Outbox<MemoryTransaction> {
  readonly #leases: MemoryLeases;
  readonly #clock: Clock;
  readonly #onStart: (running: Running) => void;
  readonly #wakeUps = new Set<WakeUp>();
  #pending: PendingMessage[] = [];

  constructor(leases: MemoryLeases, clock: Clock, onStart: (running: Running) => void) {
    this.#leases = leases;
    this.#clock = clock;
    this.#onStart = onStart;
  }

  async enqueue(transaction: MemoryTransaction, messages: readonly OutboxMessage[]): Promise<void> {
    const violations: string[] = [];
    const prepared = messages.map((message, index) =>
      prepareMessage(violations, `messages[${index}]`, message),
    );
    if (violations.length > 0) throw new InvalidInput('Enqueueing messages', violations);
    transaction.onCommit(() => {
      for (const message of prepared) this.#add(message, 'null', '{}');
      this.#wake();
    });
  }

  /** The messages of an append that has happened. */
  enqueueOf(append: PreparedAppend): void {
    const events = new Map(append.events.map((event) => [event.id, event]));
    for (const message of append.messages) {
      const event = events.get(message.eventId ?? '');
      this.#add(message, event?.data ?? 'null', event?.metadata ?? '{}');
    }
    if (append.messages.length > 0) this.#wake();
  }

  async depth(): Promise<number> {
    return this.#pending.length;
  }

  relay(options: RelayOptions): Running {
    const wakeUp = new WakeUp();
    this.#wakeUps.add(wakeUp);
    const { publish, onError, ...given } = options;
    const runner = new BackgroundRunner({
      name: LEASE,
      ...given,
      clock: this.#clock,
      wakeUp,
      acquire: async () => {
        if (!this.#leases.take(LEASE)) return undefined;
        return {
          owned: true,
          step: (limit, signal) => this.#relay(publish, limit, signal),
          release: async () => this.#leases.release(LEASE),
        };
      },
      onError: onError ?? (() => {}),
    });
    this.#onStart(runner);
    return runner;
  }

  async #relay(
    publish: RelayOptions['publish'],
    limit: number,
    signal: AbortSignal,
  ): Promise<{ handled: number; more: boolean }> {
    const messages = this.#pending.slice(0, limit);
    if (messages.length === 0) return { handled: 0, more: false };
    await publish(messages, signal);
    this.#pending = this.#pending.slice(messages.length);
    return { handled: messages.length, more: this.#pending.length > 0 };
  }

  #add(message: PreparedMessage, data: string, metadata: string): void {
    this.#pending.push({
      id: message.id,
      topic: message.topic,
      key: message.key ?? undefined,
      payload: JSON.parse(message.payload ?? data) as unknown,
      headers: JSON.parse(message.headers ?? metadata) as EventMetadata,
      enqueuedAt: new Date(this.#clock.wall()),
    });
  }

  #wake(): void {
    for (const wakeUp of this.#wakeUps) wakeUp.notify();
  }
}
