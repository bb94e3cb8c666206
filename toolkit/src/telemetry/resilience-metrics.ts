import type { ResilienceRegistry } from '../resilience/index.ts';
import type { Metrics } from './metrics.ts';

const STATES = ['closed', 'open', 'half-open', 'isolated'];
const MILLISECONDS = /Milliseconds$/;
const NAMES = 200;

const identity = {
  'resilience.pipeline': NAMES,
  'resilience.strategy': NAMES,
  'resilience.kind': NAMES,
} as const;

/**
 * Shows what the strategies of a registry have counted and how they stand. It is read when the metrics are, so calls
 * pay nothing for it.
 *
 * | Metric | What it tells |
 * |---|---|
 * | `resilience_events_total` | Every counter of a strategy, by `resilience_event`: succeeded, rejected, retries … |
 * | `resilience_level` | Every gauge of a strategy, by `resilience_level`: limit, waiting, budget, failureRate … |
 * | `resilience_period_seconds_total` | Time in each state of a breaker, by `resilience_period` |
 * | `resilience_circuit_state` | 1 for the state that a breaker is in, 0 for the others |
 *
 * @example
 * ```ts
 * bindResilienceMetrics(metrics, registry);
 * ```
 */
export function bindResilienceMetrics(metrics: Metrics, registry: ResilienceRegistry): void {
  const each = (
    visit: (snapshot: ReturnType<ResilienceRegistry['snapshot']>[number], labels: Labels) => void,
  ): void => {
    for (const snapshot of registry.snapshot()) {
      const { pipeline, name, kind } = snapshot;
      visit(snapshot, {
        'resilience.pipeline': pipeline,
        'resilience.strategy': name,
        'resilience.kind': kind,
      });
    }
  };

  metrics.observedCounter(
    {
      name: 'resilience.events',
      description: 'What strategies did with calls',
      unit: '{event}',
      attributes: { ...identity, 'resilience.event': NAMES },
    },
    (set) =>
      each(({ counters }, labels) => {
        for (const [event, total] of Object.entries(counters)) {
          if (!MILLISECONDS.test(event)) set(total, { ...labels, 'resilience.event': event });
        }
      }),
  );
  metrics.observedCounter(
    {
      name: 'resilience.period',
      description: 'Time spent in the states of circuit breakers',
      unit: 's',
      attributes: { ...identity, 'resilience.period': NAMES },
    },
    (set) =>
      each(({ counters }, labels) => {
        for (const [event, total] of Object.entries(counters)) {
          if (!MILLISECONDS.test(event)) continue;
          set(total / 1000, { ...labels, 'resilience.period': event.replace(MILLISECONDS, '') });
        }
      }),
  );
  metrics.observedGauge(
    {
      name: 'resilience.level',
      description: 'How strategies stand',
      unit: '{level}',
      attributes: { ...identity, 'resilience.level': NAMES },
    },
    (set) =>
      each(({ gauges }, labels) => {
        for (const [level, value] of Object.entries(gauges))
          set(value, { ...labels, 'resilience.level': level });
      }),
  );
  metrics.observedGauge(
    {
      name: 'resilience.circuit.state',
      description: 'The state of a circuit breaker: 1 for the one it is in',
      unit: '{state}',
      attributes: { ...identity, 'resilience.state': STATES },
    },
    (set) =>
      each((snapshot, labels) => {
        if (snapshot.state === undefined) return;
        for (const state of STATES) {
          set(state === snapshot.state ? 1 : 0, { ...labels, 'resilience.state': state });
        }
      }),
  );
}

type Labels = Record<keyof typeof identity, string>;
