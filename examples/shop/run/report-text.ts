import type { PhaseReport } from './phase-report.ts';
import type { Report } from './scenario.ts';

/** The report for people. */
export function reportText({ capacity, phases, trace, facts, problems }: Report): string {
  return [
    `The shop gives ${capacity} product pages a second on this machine.`,
    '',
    ...phases.map(phaseText),
    `One order, followed by its trace ${trace.traceId}`,
    trace.steps
      .map(({ service, name, depth, after, duration, error }) => {
        const what = `${'  '.repeat(depth + 1)}${name}`.padEnd(38);
        const failure = error === undefined ? '' : `  ${error}`;
        return `${what} ${service.padEnd(16)} ${at(after)}  took ${duration.toFixed(1)} ms${failure}`;
      })
      .join('\n'),
    '',
    'What became of the orders',
    table([
      ['confirmed to shoppers', facts.confirmed, `${facts.lost} lost`],
      ['placed (event store)', facts.placed, ''],
      ['in the read model', facts.projected, `${facts.projectedPaid} of them paid`],
      [
        'reserved by stock',
        facts.reserved,
        `${facts.reservedTwice} lines twice, stock off by ${facts.stockDifference}`,
      ],
      ['settled by payments', facts.settled, `${facts.settledTwice} twice`],
      ['known to be paid', facts.paid, `${facts.paidTwice} twice`],
      ['requests sent again', facts.repeated, `${facts.repeatedTwice} made a second order`],
    ]),
    '',
    problems.length === 0
      ? 'Every order was handled exactly once.'
      : ['Not as it should be:', ...problems.map((problem) => `  ${problem}`)].join('\n'),
    '',
  ].join('\n');
}

function phaseText(phase: PhaseReport): string {
  const {
    title,
    duration,
    rate,
    goodput,
    requests,
    good,
    late,
    refused,
    unanswered,
    failed,
    latency,
    degraded,
  } = phase;
  const { sheds, retries, rejected, opened, records } = phase.counts;
  const rows: readonly [string, string][] = [
    [
      'requests',
      `${requests}: ${good} good, ${late} late, ${refused} refused, ${unanswered === 0 ? '' : `${unanswered} unanswered, `}${failed} failed (${goodput} good ones a second)`,
    ],
    [
      'latency',
      latency ? `p50 ${latency.p50} ms, p95 ${latency.p95} ms, p99 ${latency.p99} ms` : 'no good answer',
    ],
    ['degraded', listed(degraded)],
    ['shed', listed(sheds)],
    ['retries', listed(retries)],
    ['circuits', [listed(opened, 'opened '), listed(rejected, 'refused by ')].filter(Boolean).join('; ')],
    ['events', listed(records)],
    ['failures', phase.problems.join('; ')],
  ];
  const shown = rows.filter(([, text]) => text !== '').map(([name, text]) => `  ${name.padEnd(10)}${text}`);
  return [`${title} (${duration} s, ${rate} requests a second)`, ...shown, ''].join('\n');
}

function listed(counts: Readonly<Record<string, number>>, before = ''): string {
  return Object.entries(counts)
    .sort(([, left], [, right]) => right - left)
    .map(([name, count]) => `${before}${name} ${count}`)
    .join(', ');
}

function at(milliseconds: number): string {
  return `+${milliseconds.toFixed(1)} ms`.padStart(12);
}

function table(rows: readonly (readonly [string, number, string])[]): string {
  return rows
    .map(([name, count, note]) => `  ${name.padEnd(24)}${String(count).padStart(7)}  ${note}`.trimEnd())
    .join('\n');
}
