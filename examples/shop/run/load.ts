import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from './shopper.ts';

/** Milliseconds between two looks at what is due. */
const TICK = 5;
/** The most requests that may be open: what would go beyond is not sent, and failed. */
const MOST_OPEN = 5_000;

/** What came of a load. */
export interface LoadResult {
  readonly outcomes: readonly Outcome[];
  /** Milliseconds. */
  readonly duration: number;
}

/**
 * Sends requests at a rate that does not depend on the answers, as a crowd does (an open loop), until it is told to end
 * and all are answered.
 *
 * @param rate Requests a second.
 * @param until Ends the sending when it resolves.
 */
export async function openLoop(
  rate: number,
  until: Promise<unknown>,
  send: () => Promise<Outcome>,
): Promise<LoadResult> {
  const outcomes: Outcome[] = [];
  const began = performance.now();
  let isOver = false;
  void until.finally(() => {
    isOver = true;
  });
  let sent = 0;
  let open = 0;
  const pending = new Set<Promise<void>>();
  while (!isOver) {
    const due = Math.floor(((performance.now() - began) * rate) / 1_000) + 1;
    for (; sent < due; sent += 1) {
      if (open >= MOST_OPEN) {
        outcomes.push({ result: 'failed', latency: 0, degraded: [], problem: 'not sent: too many are open' });
        continue;
      }
      open += 1;
      const request = send().then((outcome) => {
        open -= 1;
        outcomes.push(outcome);
        pending.delete(request);
      });
      pending.add(request);
    }
    await sleep(TICK);
  }
  const duration = performance.now() - began;
  await Promise.all(pending);
  return { outcomes, duration };
}

/** Sends requests one after the other on some connections, as fast as they are answered; gives good answers a second. */
export async function closedLoop(
  connections: number,
  until: Promise<unknown>,
  send: () => Promise<Outcome>,
): Promise<number> {
  let isOver = false;
  void until.finally(() => {
    isOver = true;
  });
  let good = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (!isOver) if ((await send()).result === 'good') good += 1;
    }),
  );
  return (good / (performance.now() - began)) * 1_000;
}
