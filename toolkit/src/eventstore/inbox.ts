/**
 * Which message it is, and who handles it.
 *
 * @example
 * const delivery: Delivery = { consumer: 'billing', messageId: message.id };
 */
export interface Delivery {
  /** Each consumer handles each message once. */
  readonly consumer: string;
  readonly messageId: string;
}

/**
 * What became of a message: handled now, or known already.
 *
 * @example
 * if (outcome.duplicate) duplicates.inc();
 */
export type InboxOutcome<Result> =
  { readonly duplicate: false; readonly result: Result } | { readonly duplicate: true };

/**
 * Gives messages that come at least once an effect that happens exactly once: the message is noted in the same
 * transaction as what its handler writes.
 *
 * @example
 * await store.inbox.process({ consumer: 'billing', messageId: message.id }, async (transaction) => {
 *   await transaction.query('insert into invoices (order_id) values ($1)', [message.key]);
 * });
 */
export interface Inbox<Transaction> {
  /**
   * Handles a message in a transaction, unless it was handled before. When the handler throws, nothing has happened
   * and the message may come again. A second delivery at the same time waits for the first.
   */
  process<Result>(
    delivery: Delivery,
    handle: (transaction: Transaction) => Promise<Result> | Result,
  ): Promise<InboxOutcome<Result>>;
  /** Forgets messages handled before an instant; how long they may still come again, only the caller knows. */
  forget(handledBefore: Date): Promise<number>;
}
