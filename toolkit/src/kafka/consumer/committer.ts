import type { Clock, Timer } from '../../clock/index.ts';
import type { PartitionOffset } from '../driver.ts';
import type { PartitionWork } from './partition-work.ts';

/** What a {@link Committer} works with. */
export interface CommitterOptions {
  readonly clock: Clock;
  /** Milliseconds between two commits. */
  readonly interval: number;
  works(): Iterable<PartitionWork>;
  commit(offsets: readonly PartitionOffset[]): Promise<void>;
  failed(error: unknown): void;
}

/** Commits what is done in all partitions together, a little after it is done. */
export class Committer {
  readonly #options: CommitterOptions;
  #timer: Timer | undefined;
  #committing: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  /** There may be something to commit. */
  progressed(): void {
    if (this.#timer || this.#isStopped) return;
    const { clock, interval } = this.#options;
    this.#timer = clock.setTimeout(() => {
      this.#timer = undefined;
      // What is done since a commit that takes long began is none of its business: it is looked at afterwards.
      if (this.#committing) this.progressed();
      else void this.commit();
    }, interval);
  }

  /** Commits what is done; never rejects. What could not be committed is tried again, unless this was stopped. */
  commit(): Promise<void> {
    this.#committing ??= this.#commit().finally(() => {
      this.#committing = undefined;
    });
    return this.#committing;
  }

  /** Commits what is done up to now, and nothing by itself any more. */
  async finish(): Promise<void> {
    this.stop();
    await this.#committing;
    await this.commit();
  }

  stop(): void {
    this.#isStopped = true;
    this.#forgetTimer();
  }

  async #commit(): Promise<void> {
    this.#forgetTimer();
    const due: { readonly place: PartitionOffset; readonly committed: () => void }[] = [];
    for (const { place, delayPlace, offsets, delayOffsets } of this.#options.works()) {
      for (const [where, tracker] of [
        [place, offsets],
        [delayPlace, delayOffsets],
      ] as const) {
        const offset = tracker.due;
        if (offset === undefined) continue;
        due.push({ place: { ...where, offset }, committed: () => tracker.committed(offset) });
      }
    }
    if (due.length === 0) return;
    try {
      await this.#options.commit(due.map(({ place }) => place));
      for (const { committed } of due) committed();
    } catch (error) {
      this.#options.failed(error);
      this.progressed();
    }
  }

  #forgetTimer(): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
