import type { Counts } from './metrics.ts';
import type { Outcome } from './shopper.ts';

/** What came of one phase. */
export interface PhaseReport {
  readonly name: 'calm' | 'recommendations' | 'payments' | 'overload' | 'restart';
  readonly title: string;
  /** Seconds. */
  readonly duration: number;
  /** Requests a second that were sent. */
  readonly rate: number;
  /** Good answers a second. */
  readonly goodput: number;
  readonly requests: number;
  readonly good: number;
  readonly late: number;
  readonly refused: number;
  /** Given up long after anybody waited. */
  readonly unanswered: number;
  readonly failed: number;
  /** Good answers of which a part was less than fresh, such as `stale recommendations`. */
  readonly degraded: Readonly<Record<string, number>>;
  /** Of good answers, in milliseconds; null when there was none. */
  readonly latency: Readonly<Record<'p50' | 'p95' | 'p99', number>> | null;
  /** What the toolkit counted in the services. */
  readonly counts: Counts;
  /** Why requests failed, each reason once, the first few. */
  readonly problems: readonly string[];
}

const MOST_PROBLEMS = 3;

/** Sums up a phase. */
export function summarize(phase: {
  readonly name: PhaseReport['name'];
  readonly title: string;
  readonly rate: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly outcomes: readonly Outcome[];
  readonly counts: Counts;
}): PhaseReport {
  const { name, title, rate, duration, outcomes, counts } = phase;
  const count = (result: Outcome['result']) => outcomes.filter((outcome) => outcome.result === result).length;
  const degraded: Record<string, number> = {};
  for (const part of outcomes.flatMap((outcome) => outcome.degraded))
    degraded[part] = (degraded[part] ?? 0) + 1;
  const good = count('good');
  const latencies = outcomes
    .filter(({ result }) => result === 'good')
    .map(({ latency }) => latency)
    .sort((left, right) => left - right);
  return {
    name,
    title,
    duration: round(duration / 1_000),
    rate: round(rate),
    goodput: round((good / duration) * 1_000),
    requests: outcomes.length,
    good,
    late: count('late'),
    refused: count('refused'),
    unanswered: count('unanswered'),
    failed: count('failed'),
    degraded,
    latency:
      latencies.length === 0
        ? null
        : {
            p50: round(percentile(latencies, 50)),
            p95: round(percentile(latencies, 95)),
            p99: round(percentile(latencies, 99)),
          },
    counts,
    problems: [...new Set(outcomes.flatMap(({ problem }) => problem ?? []))].slice(0, MOST_PROBLEMS),
  };
}

/** The value of ascending numbers that so many percent do not exceed. */
export function percentile(ascending: readonly number[], percent: number): number {
  const value = ascending[Math.max(0, Math.ceil((ascending.length * percent) / 100) - 1)];
  if (value === undefined) throw new RangeError('there are no numbers to take a percentile of');
  return value;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
