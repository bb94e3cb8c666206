import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';

/** How {@link openLoop} loads a server. */
export interface OpenLoopOptions {
  readonly origin: string;
  readonly path: string;
  /** Requests a second, whatever becomes of those before. */
  readonly rate: number;
  readonly seconds: number;
  /** Milliseconds after which nobody needs the answer any more; the server is told. */
  readonly deadline: number;
  /** The most requests at a time; what would go beyond is not sent and counts as failed. */
  readonly connections: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What became of the requests of an open loop. */
export interface OpenLoopResult {
  readonly offered: number;
  /** Answered 200 within the deadline. */
  readonly good: number;
  /** Answered 200 later. */
  readonly late: number;
  /** Answered otherwise. */
  readonly refused: number;
  /** Not answered, or not sent. */
  readonly failed: number;
  /** Of the good ones, in milliseconds, ascending. */
  readonly latencies: readonly number[];
}

/** Sends requests at a rate that does not depend on the answers, as a crowd does; bounded in time and number. */
export async function openLoop(options: OpenLoopOptions): Promise<OpenLoopResult> {
  const { origin, path, rate, seconds, deadline, connections } = options;
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const headers = { ...options.headers, 'grpc-timeout': `${deadline}m` };
  const counts = { good: 0, late: 0, refused: 0, failed: 0 };
  const latencies: number[] = [];
  let open = 0;
  const send = async (): Promise<void> => {
    if (open >= connections) {
      counts.failed += 1;
      return;
    }
    open += 1;
    const started = performance.now();
    try {
      const { statusCode, body } = await pool.request({ path, method: 'GET', headers });
      await body.dump();
      const latency = performance.now() - started;
      if (statusCode !== 200) counts.refused += 1;
      else if (latency > deadline) counts.late += 1;
      else {
        counts.good += 1;
        latencies.push(latency);
      }
    } catch {
      counts.failed += 1;
    } finally {
      open -= 1;
    }
  };
  const started = performance.now();
  const total = Math.round(rate * seconds);
  const requests: Promise<void>[] = [];
  while (requests.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - started) * rate) / 1000) + 1);
    while (requests.length < due) requests.push(send());
    await sleep(2);
  }
  await Promise.all(requests);
  await pool.close();
  return { offered: total, ...counts, latencies: latencies.sort((left, right) => left - right) };
}

/** Sends requests one after the other on a few connections until so many were answered 200; gives answers a second. */
export async function closedLoop(options: {
  readonly origin: string;
  readonly path: string;
  readonly connections: number;
  readonly requests: number;
}): Promise<number> {
  const { origin, path, connections, requests } = options;
  const pool = new Pool(origin, { connections, pipelining: 1 });
  let left = requests;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (left > 0) {
        left -= 1;
        const { statusCode, body } = await pool.request({ path, method: 'GET' });
        await body.dump();
        // On a machine that is busy with something else even a calm server refuses now and then.
        if (statusCode !== 200) left += 1;
      }
    }),
  );
  const rate = (requests / (performance.now() - started)) * 1000;
  await pool.close();
  return rate;
}
