import type { Replica } from './replica.ts';

/** One series of Prometheus' text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** Reads Prometheus' text format, as far as our own services write it. */
export function parseMetrics(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = LINE.exec(line) ?? [];
    if (name === undefined) return [];
    const pairs = [...labels.matchAll(LABEL)].map(([, key = '', content = '']) => [key, content]);
    return [{ name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) }];
  });
}

/** What the toolkit counted, over all replicas. */
export interface Counts {
  /** Requests that servers refused, as `storefront: overload`. */
  readonly sheds: Readonly<Record<string, number>>;
  /** Further attempts, as `storefront → stock`. */
  readonly retries: Readonly<Record<string, number>>;
  /** Calls that an open circuit refused, as `storefront → recommendations`. */
  readonly rejected: Readonly<Record<string, number>>;
  /** How often a circuit opened, as `storefront → recommendations`. */
  readonly opened: Readonly<Record<string, number>>;
  /** Answers that were less than fresh, by kind. */
  readonly degraded: Readonly<Record<string, number>>;
  /** What became of records that consumers read, as `payments: parked`. */
  readonly records: Readonly<Record<string, number>>;
}

type Rule = readonly [keyof Counts, (sample: Sample, service: string) => string | undefined];

const event =
  (kind: string, name: string) =>
  ({ name: metric, labels }: Sample, service: string): string | undefined =>
    metric === 'resilience_events_total' &&
    labels.resilience_kind === kind &&
    labels.resilience_event === name
      ? `${service} → ${labels.resilience_pipeline}`
      : undefined;

/** Under which key of which count a series goes. */
const rules: readonly Rule[] = [
  [
    'sheds',
    ({ name, labels }, service) =>
      name === 'http_server_shed_requests_total' ? `${service}: ${labels.shed_reason}` : undefined,
  ],
  ['retries', event('retry', 'retries')],
  ['rejected', event('circuit-breaker', 'rejected')],
  ['opened', event('circuit-breaker', 'enteredOpen')],
  ...(['stale', 'partial', 'fallback'] as const).map((kind): Rule => [
    'degraded',
    (sample, service) => event('fallback', kind)(sample, service) && kind,
  ]),
  [
    'records',
    ({ name, labels }, service) =>
      name === 'shop_consumer_records_total' ? `${service}: ${labels.outcome}` : undefined,
  ],
];

/** Adds up what replicas count, also those that have come and gone. */
export class Tally {
  readonly #last = new Map<Replica, Map<string, number>>();
  readonly #totals = new Map<string, number>();

  /** Reads the metrics of replicas. Totals grow by what each has counted since it was last read. */
  async read(replicas: readonly Replica[]): Promise<void> {
    await Promise.all(replicas.map((replica) => this.#read(replica)));
  }

  /** A replica was started again, and counts from zero. */
  countsAnew(replica: Replica): void {
    this.#last.delete(replica);
  }

  /** What was counted since the last time this was asked. */
  take(): Counts {
    const counts: Record<keyof Counts, Record<string, number>> = {
      sheds: {},
      retries: {},
      rejected: {},
      opened: {},
      degraded: {},
      records: {},
    };
    for (const [key, value] of this.#totals) {
      const [name = '', rest = ''] = key.split('|');
      if (value > 0) counts[name as keyof Counts][rest] = value;
    }
    this.#totals.clear();
    return counts;
  }

  async #read(replica: Replica): Promise<void> {
    const now = new Map<string, number>();
    for (const sample of parseMetrics(await replica.metrics())) {
      for (const [count, keyOf] of rules) {
        const key = keyOf(sample, replica.service);
        if (key !== undefined) now.set(`${count}|${key}`, (now.get(`${count}|${key}`) ?? 0) + sample.value);
      }
    }
    const before = this.#last.get(replica);
    this.#last.set(replica, now);
    for (const [key, value] of now) {
      this.#totals.set(key, (this.#totals.get(key) ?? 0) + value - (before?.get(key) ?? 0));
    }
  }
}
