import { SettingsCheck } from './settings.ts';

/**
 * How much repeating is allowed.
 *
 * @example
 * ```ts
 * const options: RetryBudgetOptions = { ratio: 0.2, reserve: 5 };
 * ```
 */
export interface RetryBudgetOptions {
  /** How many retries each successful call earns. @default 0.1, so a tenth of the calls */
  readonly ratio?: number;
  /**
   * How many retries are in the budget at the start, and the most that are saved up: they serve services with little
   * traffic, and are all that a total outage gets. @default 10
   */
  readonly reserve?: number;
}

/**
 * A bucket of retries that all calls over one edge share. Only successes fill it, so a backend that is down hardly
 * sees a retry: the calls that reach it stay below `calls + ratio × successes + reserve`.
 *
 * @example
 * ```ts
 * const budget = retryBudget({ ratio: 0.1 });
 * const reads = retry({ budget });
 * const writes = retry({ budget, attempts: 2 });
 * ```
 */
export function retryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  return new RetryBudget(options);
}

/**
 * Made by {@link retryBudget}.
 *
 * @example
 * ```ts
 * const budget: RetryBudget = retryBudget();
 * console.log(budget.available);
 * ```
 */
export class RetryBudget {
  readonly ratio: number;
  readonly reserve: number;
  #available: number;

  constructor(options: RetryBudgetOptions = {}) {
    const settings = new SettingsCheck('retry budget');
    this.ratio = settings.notNegative('ratio', options.ratio ?? 0.1);
    this.reserve = settings.notNegative('reserve', options.reserve ?? 10);
    settings.check();
    this.#available = this.reserve;
  }

  /** How many retries could be made now; fractions are on their way to one. */
  get available(): number {
    return this.#available;
  }

  /** A call has succeeded at its first attempt. */
  earn(): void {
    const available = this.#available + this.ratio;
    this.#available = Math.min(available, this.reserve);
  }

  /** Takes one retry, if there is one. */
  spend(): boolean {
    // Ten deposits of 0.1 make a little less than 1: not a reason to refuse.
    if (this.#available < 1 - 1e-9) return false;
    this.#available = Math.max(0, this.#available - 1);
    return true;
  }
}
