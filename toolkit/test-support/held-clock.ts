import { type Clock, sleepOn, type Timer } from '../src/clock/index.ts';
import { VirtualClock } from '../src/testing/index.ts';

/**
 * A virtual clock on which work can hold the event loop: time passes, and nothing else happens. Timers that fall due
 * meanwhile fire afterwards, too late, as they do in a process that computes.
 */
export class HeldClock implements Clock {
  readonly #clock = new VirtualClock();
  #heldUntil = 0;

  now(): number {
    return Math.max(this.#clock.now(), this.#heldUntil);
  }

  wall(): number {
    return this.#clock.wall() + this.#ahead();
  }

  setTimeout(callback: () => void, milliseconds: number): Timer {
    return this.#clock.setTimeout(callback, this.#ahead() + Math.max(milliseconds, 0));
  }

  clearTimeout(timer: Timer | undefined): void {
    this.#clock.clearTimeout(timer);
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, milliseconds, signal);
  }

  /** Lets time pass while nothing else happens. */
  hold(milliseconds: number): void {
    this.#heldUntil = this.now() + milliseconds;
  }

  /** Lets time pass, at least for as long as it was held, and everything happen that falls due. */
  async advance(milliseconds: number): Promise<void> {
    await this.#clock.advanceTo(this.now() + milliseconds);
  }

  #ahead(): number {
    return this.now() - this.#clock.now();
  }
}
