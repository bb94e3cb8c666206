/** Counts the calls that a server has not answered yet, so that it can end as soon as there is none. */
export class CallsUnderWay {
  #count = 0;
  #settled: (() => void)[] = [];

  /** Counts a call until its promise settles. */
  async track<Result>(call: Promise<Result>): Promise<Result> {
    this.#count += 1;
    try {
      return await call;
    } finally {
      this.#count -= 1;
      if (this.#count === 0) for (const settle of this.#settled.splice(0)) settle();
    }
  }

  /** Resolves when no call is under way. */
  async settled(): Promise<void> {
    if (this.#count > 0) await new Promise<void>((resolve) => this.#settled.push(resolve));
  }
}
