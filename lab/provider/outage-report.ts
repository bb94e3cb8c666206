import type { RetryReport } from '../kubernetes/index.ts';
import type { EngineLog } from './engine-log.ts';

/** Says at most every few seconds that requests are waiting for the API server, however many of them are. */
export class OutageReport {
  readonly #log: EngineLog;
  #lastSaid = Number.NEGATIVE_INFINITY;

  constructor(log: EngineLog) {
    this.#log = log;
  }

  waiting({ reason, attempt }: RetryReport): void {
    const now = performance.now();
    // The first attempts are over in a moment; nobody needs to read about them.
    if (attempt < 3 || now - this.#lastSaid < 5000) return;
    this.#lastSaid = now;
    this.#log.message('info', '', `Waiting for the Kubernetes API server: ${reason}`);
  }
}
