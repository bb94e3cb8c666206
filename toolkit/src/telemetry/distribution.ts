import {
  Histogram,
  type HistogramConfiguration,
  type MetricObjectWithValues,
  type MetricValueWithName,
} from 'prom-client';

/** One series of a histogram: how many values fell into which bucket, added up when somebody reads them. */
export class Distribution {
  readonly labels: readonly string[];
  readonly counts: number[];
  sum = 0;
  readonly #bounds: readonly number[];

  /** @param bounds upper ones, ascending; what is greater than all counts in a bucket of its own */
  constructor(labels: readonly string[], bounds: readonly number[]) {
    this.labels = labels;
    this.#bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  /** @throws TypeError for what is no finite number. */
  record(value: number): void {
    if (!Number.isFinite(value)) throw new TypeError(`${value} can't be recorded: give a finite number`);
    const bounds = this.#bounds;
    let index = 0;
    while (index < bounds.length && value > (bounds[index] ?? 0)) index += 1;
    this.counts[index] = (this.counts[index] ?? 0) + 1;
    this.sum += value;
  }
}

type Reading = MetricObjectWithValues<MetricValueWithName<string>>;

/**
 * A histogram of prom-client's whose values are kept in {@link Distribution}s: its own way to record one checks and
 * hashes the labels each time, which costs more than everything else that metrics do for a request.
 */
export class DistributionHistogram extends Histogram {
  readonly #configuration: HistogramConfiguration<string>;
  readonly #bounds: readonly number[];
  readonly #distributions: { all(): Iterable<Distribution> };

  constructor(
    configuration: HistogramConfiguration<string> & { readonly buckets: number[] },
    distributions: { all(): Iterable<Distribution> },
  ) {
    super(configuration);
    this.#configuration = configuration;
    this.#bounds = configuration.buckets;
    this.#distributions = distributions;
  }

  override async get(): Promise<Reading> {
    const { name, help, labelNames = [], aggregator = 'sum' } = this.#configuration;
    const values: MetricValueWithName<string>[] = [];
    for (const { labels, counts, sum } of this.#distributions.all()) {
      const shared: Record<string, string | number> = {};
      for (const [index, label] of labelNames.entries()) shared[label] = labels[index] ?? '';
      let count = 0;
      for (const [index, amount] of counts.entries()) {
        count += amount;
        const le = this.#bounds[index] ?? '+Inf';
        values.push({ labels: { le, ...shared }, value: count, metricName: `${name}_bucket` });
      }
      values.push({ labels: shared, value: sum, metricName: `${name}_sum` });
      values.push({ labels: shared, value: count, metricName: `${name}_count` });
    }
    // The declared type asks for more than prom-client's own histogram gives.
    return { name, help, type: 'histogram', values, aggregator } as unknown as Reading;
  }

  /** What the registry asks for when it renders. */
  getForPromString(): Promise<Reading> {
    return this.get();
  }
}
