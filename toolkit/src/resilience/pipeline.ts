import type { ResilienceObserver } from './events.ts';
import type { Stage } from './stage.ts';
import {
  Strategy,
  type StrategyDescription,
  type StrategyOptions,
  type StrategySnapshot,
} from './strategy.ts';

/**
 * Puts strategies one inside the other, the first outermost: a call passes them in the order of the array. The result
 * is a strategy itself.
 *
 * @param options The clock is the strategies' own; a name tells pipelines apart in metrics.
 * @throws TypeError when there is none, or when they run on different clocks.
 * @example
 * ```ts
 * const stock = pipeline([retry({ attempts: 2 }), circuitBreaker(), timeout({ after: 300 })], { name: 'stock' });
 * const price = await stock.execute((attempt) => getPrice(article, attempt.signal));
 * ```
 */
export function pipeline(
  strategies: readonly Strategy[],
  options: { readonly name?: string } = {},
): Pipeline {
  return new Pipeline(strategies, options);
}

/**
 * Made by {@link pipeline}.
 *
 * @example
 * ```ts
 * const stock: Pipeline = pipeline([retry(), timeout({ after: 300 })]);
 * ```
 */
export class Pipeline extends Strategy {
  readonly kind = 'pipeline';
  /** Outermost first. */
  readonly strategies: readonly Strategy[];

  constructor(strategies: readonly Strategy[], options: StrategyOptions = {}) {
    const [first] = strategies;
    if (first === undefined) throw new TypeError('pipeline: give it at least one strategy');
    const clock = options.clock ?? first.clock;
    super({ ...options, clock }, 'pipeline');
    const others = strategies.filter((strategy) => strategy.clock !== clock).map(({ name }) => name);
    if (others.length > 0) {
      throw new TypeError(
        `pipeline ${this.name}: ${others.join(', ')} run on another clock than ${first.name}: ` +
          'give all strategies of a pipeline the same clock',
      );
    }
    this.strategies = [...strategies];
  }

  describe(): StrategyDescription {
    const strategies = this.strategies.map((strategy) => strategy.describe());
    return { kind: this.kind, name: this.name, settings: {}, strategies };
  }

  /** The pipeline counts nothing itself: ask its strategies. */
  snapshot(): StrategySnapshot {
    return { kind: this.kind, name: this.name, counters: {}, gauges: {} };
  }

  /** Observes all its strategies. */
  override subscribe(observer: ResilienceObserver): () => void {
    const ends = this.strategies.map((strategy) => strategy.subscribe(observer));
    return () => {
      for (const end of ends) end();
    };
  }

  /** @internal */
  link(next: Stage): Stage {
    return this.strategies.reduceRight<Stage>((stage, strategy) => strategy.link(stage), next);
  }
}
