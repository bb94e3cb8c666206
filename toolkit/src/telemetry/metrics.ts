import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { Distribution, DistributionHistogram } from './distribution.ts';
import type { Attributes, InstrumentDefinition } from './instrument.ts';
import { prometheusLabel, prometheusName } from './metric-name.ts';
import { type BoundSeries, SeriesSet } from './series.ts';

/**
 * How metrics are kept.
 *
 * @example
 * ```ts
 * const options: MetricsOptions = { service: { name: 'orders', version: '1.4.0' } };
 * ```
 */
export interface MetricsOptions {
  /** Told by `target_info`, as OpenTelemetry does it. @default none */
  readonly service?: { readonly name: string; readonly version?: string; readonly namespace?: string };
  /** The most series of one metric; a histogram's buckets are not counted. @default 1000 */
  readonly maximumSeries?: number;
  /** Also the process: memory, processor, event loop, garbage collection, by prom-client's names. @default true */
  readonly process?: boolean;
  /** Where they are registered. @default a registry of its own */
  readonly registry?: Registry;
}

/**
 * Counts what only grows; a negative amount is ignored.
 *
 * @example
 * ```ts
 * const placed: CounterInstrument<'order.channel'> = metrics.counter(ordersPlaced);
 * placed.add(1, { 'order.channel': 'web' });
 * ```
 */
export interface CounterInstrument<Attribute extends string = string> {
  add(amount: number, attributes?: Attributes<Attribute>): void;
  /** One series, found once: for what counts with every request. */
  bind(attributes: Attributes<Attribute>): BoundCounter;
}

/**
 * One series of a counter, or of what goes up and down.
 *
 * @example
 * ```ts
 * const fromTheWeb: BoundCounter = placed.bind({ 'order.channel': 'web' });
 * fromTheWeb.add(1);
 * ```
 */
export interface BoundCounter {
  add(amount: number): void;
}

/**
 * Tells how much there is at the moment.
 *
 * @example
 * ```ts
 * const open: GaugeInstrument = metrics.gauge(openCarts);
 * open.set(12);
 * open.add(-1);
 * ```
 */
export interface GaugeInstrument<Attribute extends string = string> {
  set(value: number, attributes?: Attributes<Attribute>): void;
  add(amount: number, attributes?: Attributes<Attribute>): void;
  /** One series, found once: for what goes up and down with every request. */
  bind(attributes: Attributes<Attribute>): BoundCounter;
}

/**
 * Keeps how values spread.
 *
 * @example
 * ```ts
 * const duration: HistogramInstrument<'db.operation.name'> = metrics.histogram(queryDuration);
 * duration.record(0.012, { 'db.operation.name': 'SELECT' });
 * ```
 */
export interface HistogramInstrument<Attribute extends string = string> {
  record(value: number, attributes?: Attributes<Attribute>): void;
  /** One series, found once: for what is recorded with every request. */
  bind(attributes: Attributes<Attribute>): BoundHistogram;
}

/**
 * One series of a histogram.
 *
 * @example
 * ```ts
 * const selects: BoundHistogram = duration.bind({ 'db.operation.name': 'SELECT' });
 * selects.record(0.012);
 * ```
 */
export interface BoundHistogram {
  record(value: number): void;
}

/** What a scrape hands to a callback: sets the value of one series. */
type Observe<Attribute extends string> = (value: number, attributes?: Attributes<Attribute>) => void;

type Kind = Parameters<typeof prometheusName>[2];

/** What every metric of prom-client takes. */
interface Configuration {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers: Registry[];
}

/** The value of one series, kept here until somebody reads it. */
class Total {
  value = 0;
  readonly labels: readonly string[];

  constructor(labels: readonly string[]) {
    this.labels = labels;
  }

  add(amount: number): void {
    this.value += amount;
  }
}

/** A total that only grows. */
class GrowingTotal extends Total {
  override add(amount: number): void {
    if (amount >= 0) this.value += amount;
  }
}

function boundTotal(series: BoundSeries<Total>): BoundCounter {
  return { add: (amount) => series().add(amount) };
}

/** Of the semantic conventions for durations in seconds. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

const none: Attributes = {};

/**
 * Metrics that are named by OpenTelemetry's conventions and read by Prometheus, and that cannot grow without bound:
 * every attribute says what it may hold, and every metric has a most of series. What lies beyond is counted under
 * `_OTHER` and in `telemetry_attribute_overflow_total`.
 *
 * @example
 * ```ts
 * const metrics = createMetrics({ service: { name: 'orders' } });
 * const management: ManagementOptions = { renderMetrics: () => metrics.render() };
 * ```
 */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  return new Metrics(options);
}

/**
 * Made by {@link createMetrics}.
 *
 * @example
 * ```ts
 * const metrics: Metrics = createMetrics();
 * ```
 */
export class Metrics {
  /** prom-client's own, for what is not offered here. */
  readonly registry: Registry;
  readonly #maximumSeries: number;
  readonly #overflow: Counter;
  readonly #instruments = new Map<
    string,
    { readonly definition: InstrumentDefinition; readonly kind: Kind; readonly instrument: unknown }
  >();

  constructor(options: MetricsOptions = {}) {
    this.registry = options.registry ?? new Registry();
    this.#maximumSeries = options.maximumSeries ?? 1000;
    if (!(this.#maximumSeries >= 1)) {
      throw new TypeError(`metrics: maximumSeries is ${this.#maximumSeries}: give it a number of at least 1`);
    }
    this.#overflow = new Counter({
      name: 'telemetry_attribute_overflow_total',
      help: 'Measurements whose attribute had a value beyond its bound',
      labelNames: ['metric', 'attribute'],
      registers: [this.registry],
    });
    if (options.service !== undefined) this.#describeTarget(options.service);
    if (options.process ?? true) collectDefaultMetrics({ register: this.registry });
  }

  /** @throws TypeError when another definition has the name; the same one gives the same instrument. */
  counter<const Attribute extends string = never>(
    definition: InstrumentDefinition<Attribute>,
  ): CounterInstrument<Attribute> {
    return this.#once(definition, 'counter', (configuration) => {
      const totals = this.#series(definition, (values) => new GrowingTotal(values));
      const counter: Counter = new Counter({
        ...configuration,
        collect: () => {
          counter.reset();
          for (const { labels, value } of totals.all()) counter.labels(...labels).inc(value);
        },
      });
      return {
        add: (amount: number, attributes = none) => totals.find(attributes).add(amount),
        bind: (attributes) => boundTotal(totals.bind(attributes)),
      };
    });
  }

  /** @throws TypeError when another definition has the name; the same one gives the same instrument. */
  gauge<const Attribute extends string = never>(
    definition: InstrumentDefinition<Attribute>,
  ): GaugeInstrument<Attribute> {
    return this.#once(definition, 'gauge', (configuration) => this.#levels(definition, configuration));
  }

  /**
   * What goes up and down and is summed up over instances: requests under way, connections.
   *
   * @throws TypeError when another definition has the name; the same one gives the same instrument.
   */
  upDownCounter<const Attribute extends string = never>(
    definition: InstrumentDefinition<Attribute>,
  ): Omit<GaugeInstrument<Attribute>, 'set'> {
    return this.#once(definition, 'up-down-counter', (configuration) =>
      this.#levels(definition, configuration),
    );
  }

  /** @throws TypeError when another definition has the name; the same one gives the same instrument. */
  histogram<const Attribute extends string = never>(
    definition: InstrumentDefinition<Attribute>,
  ): HistogramInstrument<Attribute> {
    return this.#once(definition, 'histogram', (configuration) => {
      const bounds = [...(definition.buckets ?? DURATION_BUCKETS)].sort((left, right) => left - right);
      const distributions = this.#series(definition, (labels) => new Distribution(labels, bounds));
      new DistributionHistogram({ ...configuration, buckets: bounds }, distributions);
      return {
        record: (value: number, attributes = none) => distributions.find(attributes).record(value),
        bind: (attributes) => {
          const series = distributions.bind(attributes);
          return { record: (value) => series().record(value) };
        },
      };
    });
  }

  /** Values that are asked for when somebody reads the metrics, and cost nothing in between. */
  observedGauge<const Attribute extends string = never>(
    definition: InstrumentDefinition<Attribute>,
    observe: (set: Observe<Attribute>) => void,
  ): void {
    const gauge: Gauge = new Gauge({
      ...this.#configuration(definition, 'gauge'),
      collect: () => {
        gauge.reset();
        const series = this.#series(definition, (values) => gauge.labels(...values));
        observe((value, attributes = none) => series.find(attributes).set(value));
      },
    });
  }

  /** Totals that somebody else counts, asked for when the metrics are read. */
  observedCounter<const Attribute extends string = never>(
    definition: InstrumentDefinition<Attribute>,
    observe: (set: Observe<Attribute>) => void,
  ): void {
    const counter: Counter = new Counter({
      ...this.#configuration(definition, 'counter'),
      collect: () => {
        counter.reset();
        const series = this.#series(definition, (values) => counter.labels(...values));
        observe((total, attributes = none) => series.find(attributes).inc(total));
      },
    });
  }

  /** All metrics in Prometheus' text format. */
  render(): Promise<string> {
    return this.registry.metrics();
  }

  #once<Instrument>(
    definition: InstrumentDefinition,
    kind: Kind,
    create: (configuration: Configuration) => Instrument,
  ): Instrument {
    const known = this.#instruments.get(definition.name);
    if (known?.definition === definition && known.kind === kind) return known.instrument as Instrument;
    if (known !== undefined) {
      throw new TypeError(
        `metrics: ${definition.name} is defined already, as another ${known.kind}; share one definition, or take ` +
          'another name',
      );
    }
    const instrument = create(this.#configuration(definition, kind));
    this.#instruments.set(definition.name, { definition, kind, instrument });
    return instrument;
  }

  #levels(definition: InstrumentDefinition, configuration: Configuration): GaugeInstrument {
    const levels = this.#series(definition, (values) => new Total(values));
    const gauge: Gauge = new Gauge({
      ...configuration,
      collect: () => {
        gauge.reset();
        for (const { labels, value } of levels.all()) gauge.labels(...labels).set(value);
      },
    });
    return {
      set: (value, attributes = none) => {
        levels.find(attributes).value = value;
      },
      add: (amount, attributes = none) => levels.find(attributes).add(amount),
      bind: (attributes) => boundTotal(levels.bind(attributes)),
    };
  }

  #configuration(definition: InstrumentDefinition, kind: Kind): Configuration {
    return {
      name: prometheusName(definition.name, definition.unit, kind),
      help: definition.description,
      labelNames: Object.keys(definition.attributes ?? {}).map(prometheusLabel),
      registers: [this.registry],
    };
  }

  #series<Child>(definition: InstrumentDefinition, create: (values: string[]) => Child): SeriesSet<Child> {
    return new SeriesSet(definition.attributes ?? {}, this.#maximumSeries, create, (attribute) =>
      this.#overflow.inc({ metric: definition.name, attribute }),
    );
  }

  #describeTarget({ name, version = '', namespace = '' }: NonNullable<MetricsOptions['service']>): void {
    const labels = { service_name: name, service_version: version, service_namespace: namespace };
    new Gauge({
      name: 'target_info',
      help: 'What these metrics are of',
      labelNames: Object.keys(labels),
      registers: [this.registry],
    }).set(labels, 1);
  }
}
