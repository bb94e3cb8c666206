import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Alert } from '../../components/kit/monitoring.ts';

/** Series by their names with labels, each with its values from minute to minute, in the notation of promtool. */
export type Series = Readonly<Record<string, string>>;

/** Whether promtool, which evaluates expressions as Prometheus does, is on the path. */
export const promtoolFound = spawnSync('promtool', ['--version']).status === 0;

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
    const run = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
    const said = run.stdout + run.stderr;
    const failed = [...said.matchAll(/expr: ("(?:[^"\\]|\\.)*"), time/g)].map(([, quoted = '']) =>
      JSON.parse(quoted),
    );
    if (run.status !== 0 && failed.length === 0) throw new Error(`promtool could not judge: ${said}`);
    return new Set(failed);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
