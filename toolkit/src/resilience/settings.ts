/**
 * Checks the numbers that a strategy is given and collects what is wrong, so that one error names all of it.
 * `check()` comes last.
 */
export class SettingsCheck {
  readonly #strategy: string;
  readonly #violations: string[] = [];

  constructor(strategy: string) {
    this.#strategy = strategy;
  }

  /** A number above zero; `Infinity` passes. */
  positive(setting: string, value: number): number {
    return this.#require(setting, value, value > 0, 'a number above 0');
  }

  /** A number of zero or more; `Infinity` passes. */
  notNegative(setting: string, value: number): number {
    return this.#require(setting, value, value >= 0, 'a number of at least 0');
  }

  whole(setting: string, value: number, minimum: number): number {
    const fits = (Number.isInteger(value) || value === Number.POSITIVE_INFINITY) && value >= minimum;
    return this.#require(setting, value, fits, `a whole number of at least ${minimum}`);
  }

  /** A part of one: above 0, up to 1. */
  share(setting: string, value: number): number {
    return this.#require(setting, value, value > 0 && value <= 1, 'a share above 0 and up to 1');
  }

  /** @throws TypeError with every violation. */
  check(): void {
    if (this.#violations.length > 0) throw new TypeError(this.#violations.join('\n'));
  }

  #require(setting: string, value: number, fits: boolean, allowed: string): number {
    if (typeof value !== 'number' || !fits) {
      this.#violations.push(`${this.#strategy}.${setting} is ${String(value)}: give it ${allowed}`);
    }
    return value;
  }
}
