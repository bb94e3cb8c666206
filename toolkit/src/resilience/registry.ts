import type { ResilienceObserver } from './events.ts';
import { Pipeline } from './pipeline.ts';
import type { Strategy, StrategyDescription, StrategySnapshot } from './strategy.ts';

/**
 * A strategy's snapshot and where it stands.
 *
 * @example
 * ```ts
 * for (const { pipeline, name, counters }: RegisteredSnapshot of registry.snapshot()) console.log(pipeline, name, counters);
 * ```
 */
export interface RegisteredSnapshot extends StrategySnapshot {
  /** The name under which it was registered. */
  readonly pipeline: string;
}

/**
 * The pipelines of a service by name: what metrics, `describe()` and observers go through. Reading is all it does, so
 * calls pay nothing for it.
 *
 * @example
 * ```ts
 * const registry = new ResilienceRegistry();
 * const stock = registry.add(pipeline([retry(), circuitBreaker(), timeout({ after: 300 })], { name: 'stock' }));
 * registry.subscribe((event, name) => logger.info({ pipeline: name, ...event }));
 * ```
 */
export class ResilienceRegistry {
  readonly #entries = new Map<string, Strategy>();
  readonly #observers = new Set<(event: Parameters<ResilienceObserver>[0], pipeline: string) => void>();

  /**
   * Registers a pipeline, or a strategy that stands alone, under its name.
   *
   * @returns The same.
   * @throws TypeError when the name is taken.
   */
  add<Registered extends Strategy>(strategy: Registered): Registered {
    const { name } = strategy;
    if (this.#entries.has(name)) {
      throw new TypeError(
        `resilience registry: the name ${name} is taken; give each pipeline a name of its own`,
      );
    }
    this.#entries.set(name, strategy);
    strategy.subscribe((event) => {
      for (const observer of this.#observers) observer(event, name);
    });
    return strategy;
  }

  get(name: string): Strategy | undefined {
    return this.#entries.get(name);
  }

  describe(): StrategyDescription[] {
    return [...this.#entries.values()].map((strategy) => strategy.describe());
  }

  /** What every strategy has counted, pipelines taken apart. */
  snapshot(): RegisteredSnapshot[] {
    return [...this.#entries].flatMap(([pipeline, strategy]) =>
      partsOf(strategy).map((part) => ({ pipeline, ...part.snapshot() })),
    );
  }

  /**
   * Tells an observer of the events of all strategies, also of those that are registered later.
   *
   * @returns A function that ends it.
   */
  subscribe(observer: (event: Parameters<ResilienceObserver>[0], pipeline: string) => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }
}

function partsOf(strategy: Strategy): readonly Strategy[] {
  return strategy instanceof Pipeline ? strategy.strategies.flatMap(partsOf) : [strategy];
}
