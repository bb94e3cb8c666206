import type { Clock } from '../clock/index.ts';

/** Wakes those that wait for something to do. A wake-up between looking and waiting is not lost. */
export class WakeUp {
  #count = 0;
  readonly #waiting = new Set<() => void>();

  /** How many wake-ups there were: to be read before looking for work, and given to {@link wait}. */
  get count(): number {
    return this.#count;
  }

  notify(): void {
    this.#count += 1;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resume of waiting) resume();
  }

  /** Resolves at the next wake-up since `seen`, after the time, or when the signal aborts; never rejects. */
  wait(seen: number, milliseconds: number, clock: Clock, signal: AbortSignal): Promise<void> {
    if (seen !== this.#count || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const resume = () => {
        clock.clearTimeout(timer);
        signal.removeEventListener('abort', resume);
        this.#waiting.delete(resume);
        resolve();
      };
      const timer = clock.setTimeout(resume, milliseconds);
      signal.addEventListener('abort', resume);
      this.#waiting.add(resume);
    });
  }
}
