import { type DestinationStream, pino } from 'pino';

/** Characters after which lines are written without waiting for more: a quarter of what a pipe holds. */
const ENOUGH = 16_384;

/** Milliseconds that a line waits for others at most. */
const WAIT = 50;

/** pino's number for `error`. */
const ERROR = 50;

/** Beyond what ever waits, so that the stream starts no write by itself. */
const NEVER = 1 << 20;

/** pino tells a destination that has this the level of each line. */
const metadata: unique symbol = Symbol.for('pino.metadata') as never;

/**
 * The standard output, to which lines go several at a time: a write for each costs more than all else about a line.
 * Errors wait for nothing. What waits is written when the process ends, whatever ends it, unless it is killed.
 */
export class GatheredOutput implements DestinationStream {
  readonly [metadata] = true;
  /** Set by pino before each line. */
  lastLevel = 0;
  readonly #stream = pino.destination({
    dest: process.stdout.fd ?? 1,
    minLength: NEVER,
    maxWrite: 2 * NEVER,
    sync: false,
  });
  #waiting = 0;
  /** Whether a timer runs. */
  #isHeld = false;
  #isWriting = false;
  /** Whether something is to be written as soon as the write under way is over. */
  #isDue = false;
  readonly #wake = (): void => {
    this.#isHeld = false;
    this.#pass();
  };

  constructor() {
    this.#stream.on('drain', () => {
      this.#isWriting = false;
      if (this.#isDue) this.#pass();
    });
  }

  write(line: string): void {
    this.#stream.write(line);
    this.#waiting += line.length;
    if (this.#waiting >= ENOUGH || this.lastLevel >= ERROR) this.#pass();
    else this.#hold();
  }

  flush(written?: (error?: Error) => void): void {
    if (this.#isWriting) {
      this.#stream.once('drain', () => this.flush(written));
      return;
    }
    this.#waiting = 0;
    this.#isWriting = true;
    this.#stream.flush(written);
  }

  /** For pino, which calls it after a fatal line. */
  flushSync(): void {
    this.#stream.flushSync();
    this.#waiting = 0;
  }

  #hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    setTimeout(this.#wake, WAIT).unref();
  }

  #pass(): void {
    this.#isDue = this.#isWriting;
    if (!this.#isWriting && this.#waiting > 0) this.flush();
  }
}

/** Undefined where something has put another way of writing into the standard output, which pino then goes. */
export function standardOutput(): GatheredOutput | undefined {
  const { stdout } = process;
  const isReplaced = stdout.write !== Object.getPrototypeOf(stdout).write;
  return isReplaced ? undefined : new GatheredOutput();
}
