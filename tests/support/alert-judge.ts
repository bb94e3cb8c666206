import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Alert } from '../../components/kit/monitoring.ts';
import { findJudge } from './judge.ts';

/** Series by their names with labels, each with its values from minute to minute, in the notation of promtool. */
export type Series = Readonly<Record<string, string>>;

/** Where promtool is, which reads and evaluates rules as Prometheus does; or why it can't be had. */
export const promtool = await findJudge('promtool');

/** Runs promtool. @throws Error when it can't be had. */
export function runPromtool(...arguments_: readonly string[]): { status: number | null; said: string } {
  if ('problem' in promtool) throw new Error(promtool.problem);
  const run = spawnSync(promtool.path, arguments_, { encoding: 'utf8' });
  return { status: run.status, said: run.stdout + run.stderr };
}

/** Names of the alerts whose expression is true after two hours of the given series. */
export function raised(alerts: readonly Alert[], series: Series): string[] {
  const questions = alerts.map(({ name, expression }) => ({
    name,
    expression: `count(${expression}) > bool 0 or vector(0)`,
  }));
  const untrue = failing(
    questions.map((question) => question.expression),
    series,
  );
  return questions.filter(({ expression }) => !untrue.has(expression)).map(({ name }) => name);
}

/** Has promtool expect a 1 of every expression, and gathers those that it then reports as failed tests. */
function failing(expressions: readonly string[], series: Series): Set<string> {
  const directory = mkdtempSync(join(tmpdir(), 'ninefold-alerts-'));
  try {
    const file = join(directory, 'test.yaml');
    const samples = [{ labels: '{}', value: 1 }];
    const asked = {
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
          promql_expr_test: expressions.map((expr) => ({ expr, eval_time: '2h', exp_samples: samples })),
        },
      ],
    };
    writeFileSync(file, stringify(asked));
    const { status, said } = runPromtool('test', 'rules', file);
    const failed = [...said.matchAll(/expr: ("(?:[^"\\]|\\.)*"), time/g)].map(([, quoted = '']) =>
      JSON.parse(quoted),
    );
    if (status !== 0 && failed.length === 0) throw new Error(`promtool could not judge: ${said}`);
    return new Set(failed);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
