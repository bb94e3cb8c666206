import type { Fault, FaultSource } from '../resilience/index.ts';
import { seededRandom } from './seeded-random.ts';

/**
 * A fault and when it happens. Of several rules for an edge, the first that applies to a call counts.
 *
 * @example
 * ```ts
 * const rule: FaultRule = { latency: { from: 100, to: 400 }, probability: 0.1, after: 50 };
 * ```
 */
export interface FaultRule extends Omit<Fault, 'latency'> {
  /** Milliseconds, or a range to draw from evenly. */
  readonly latency?: number | { readonly from: number; readonly to: number };
  /** How many calls of the edge go through before. @default 0 */
  readonly after?: number;
  /** How many times it happens at most. @default Infinity */
  readonly times?: number;
  /** The share of calls that it happens to, from 0 to 1. @default 1 */
  readonly probability?: number;
}

/**
 * The edges of a service, and how chance falls.
 *
 * @example
 * ```ts
 * const options: FaultPlanOptions<'stock' | 'payments'> = { edges: ['stock', 'payments'], seed: 7 };
 * ```
 */
export interface FaultPlanOptions<Edge extends string> {
  /** What the service depends on: services, topics, databases, as its contract names them. */
  readonly edges: readonly Edge[];
  /** Makes chance repeatable. @default 1 */
  readonly seed?: string | number;
}

/**
 * A fault that happened.
 *
 * @example
 * ```ts
 * const injected: InjectedFault<'stock'> | undefined = plan.injected[0];
 * ```
 */
export interface InjectedFault<Edge extends string> {
  readonly edge: Edge;
  /** Which call of the edge it was, from 1. */
  readonly call: number;
  readonly fault: Fault;
}

/**
 * What is to go wrong on the edges of a service during a test. The strategy `chaos` and the toolkit's fakes ask it.
 * Each edge has its own sequence of chance, so what happens on one does not depend on the calls of another.
 *
 * @example
 * ```ts
 * const plan = new FaultPlan({ edges: ['stock', 'payments'], seed: 7 })
 *   .add('stock', { error: true, probability: 0.2 })
 *   .add('payments', { drop: true, after: 100, times: 1 });
 * const stock = callPipeline({ name: 'stock', deadline: 300, retries: 1, faults: plan.edge('stock') });
 * ```
 */
export class FaultPlan<const Edge extends string> {
  readonly #edges = new Map<string, PlannedEdge>();
  readonly #injected: InjectedFault<Edge>[] = [];

  constructor(options: FaultPlanOptions<Edge>) {
    const { edges, seed = 1 } = options;
    for (const edge of edges) {
      const random = seededRandom(`${seed}/${edge}`);
      this.#edges.set(
        edge,
        new PlannedEdge(random, (call, fault) => this.#injected.push({ edge, call, fault })),
      );
    }
  }

  /** What has happened so far, in order. */
  get injected(): readonly InjectedFault<Edge>[] {
    return this.#injected;
  }

  /**
   * Plans a fault; the calls it counts start now.
   *
   * @throws TypeError for an edge that is not declared, or numbers out of range.
   */
  add(edge: Edge, rule: FaultRule): this {
    this.#find(edge).add(edge, rule);
    return this;
  }

  /** Takes back what is planned for an edge, or for all. */
  clear(edge?: Edge): this {
    const edges = edge === undefined ? [...this.#edges.values()] : [this.#find(edge)];
    for (const planned of edges) planned.clear();
    return this;
  }

  /** The faults of one edge, for `chaos` or a fake. */
  edge(edge: Edge): FaultSource {
    return this.#find(edge);
  }

  /** How many calls an edge has seen. */
  calls(edge: Edge): number {
    return this.#find(edge).calls;
  }

  #find(edge: string): PlannedEdge {
    const planned = this.#edges.get(edge);
    if (planned === undefined) {
      const declared = [...this.#edges.keys()].join(', ') || 'none';
      throw new TypeError(`fault plan: the edge ${edge} is not declared; declared are: ${declared}`);
    }
    return planned;
  }
}

interface ActiveRule {
  readonly rule: FaultRule;
  /** Calls to let through first. */
  passes: number;
  /** How often it may still happen. */
  left: number;
}

class PlannedEdge implements FaultSource {
  calls = 0;
  readonly #random: () => number;
  readonly #happened: (call: number, fault: Fault) => void;
  readonly #rules: ActiveRule[] = [];

  constructor(random: () => number, happened: (call: number, fault: Fault) => void) {
    this.#random = random;
    this.#happened = happened;
  }

  add(edge: string, rule: FaultRule): void {
    checkRule(edge, rule);
    this.#rules.push({ rule, passes: rule.after ?? 0, left: rule.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#rules.length = 0;
  }

  next(): Fault | undefined {
    this.calls++;
    let chosen: ActiveRule | undefined;
    for (const active of this.#rules) {
      // Every rule counts and draws for every call, so that one rule does not shift the chance of another.
      const isDrawn = active.rule.probability === undefined || this.#random() < active.rule.probability;
      if (active.passes > 0) active.passes--;
      else if (chosen === undefined && isDrawn && active.left > 0) chosen = active;
    }
    if (chosen === undefined) return undefined;
    chosen.left--;
    const fault = this.#faultOf(chosen.rule);
    this.#happened(this.calls, fault);
    return fault;
  }

  #faultOf({ latency, error, drop }: FaultRule): Fault {
    const milliseconds =
      typeof latency === 'object' ? latency.from + this.#random() * (latency.to - latency.from) : latency;
    return {
      ...(milliseconds !== undefined && { latency: milliseconds }),
      ...(error !== undefined && { error }),
      ...(drop !== undefined && { drop }),
    };
  }
}

function checkRule(edge: string, rule: FaultRule): void {
  const violations: string[] = [];
  const require = (fits: boolean, field: string, value: unknown, allowed: string): void => {
    if (!fits)
      violations.push(`fault plan: ${edge}.${field} is ${JSON.stringify(value)}: give it ${allowed}`);
  };
  const { latency, after = 0, times = 1, probability = 1 } = rule;
  const bounds = typeof latency === 'object' ? [latency.from, latency.to] : [latency ?? 0];
  require(bounds.every((bound) => bound >= 0), 'latency', latency, 'milliseconds of at least 0');
  require(Number.isInteger(after) && after >= 0, 'after', after, 'a whole number of at least 0');
  require(times >= 0, 'times', times, 'a number of at least 0');
  require(probability >= 0 && probability <= 1, 'probability', probability, 'a share from 0 to 1');
  const isEmpty = latency === undefined && rule.error === undefined && rule.drop === undefined;
  if (isEmpty)
    violations.push(`fault plan: the rule for ${edge} does nothing: give it latency, error or drop`);
  if (violations.length > 0) throw new TypeError(violations.join('\n'));
}
