import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { callPipeline, type FaultSource, type Pipeline } from '@ninefold/toolkit/resilience';

/** Milliseconds that the bank takes. */
const USUAL_TIME = 5;

/**
 * The bank. A real one is reached over HTTPS; this one is a stand-in in the same process, behind the same pipeline:
 * deadline, retries within a budget, circuit breaker, and faults where they are planned.
 */
export class Bank {
  readonly calls: Pipeline;
  readonly #collected = new Map<string, string>();

  constructor(faults: FaultSource) {
    this.calls = callPipeline({
      name: 'bank',
      deadline: 2_000,
      retries: 2,
      breaker: { openFor: 1_000 },
      faults,
    });
  }

  /**
   * Collects an amount for an order and gives the id of the payment. As banks do, it knows a repetition by the order
   * and gives the first payment's id again.
   */
  collect(orderId: string): Promise<string> {
    return this.calls.execute(async ({ signal }) => {
      await sleep(USUAL_TIME, undefined, { signal });
      const paymentId = this.#collected.get(orderId) ?? randomUUID();
      this.#collected.set(orderId, paymentId);
      return paymentId;
    });
  }
}
