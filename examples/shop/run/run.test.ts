import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RecordedSpan } from '../common/tracing.ts';
import { type Facts, isSettled, judge } from './facts.ts';
import { openLoop } from './load.ts';
import { parseMetrics } from './metrics.ts';
import { readOptions, UsageError } from './options.ts';
import { percentile, summarize } from './phase-report.ts';
import type { Outcome } from './shopper.ts';
import { arrange } from './trace.ts';

const fine: Facts = {
  confirmed: 9,
  lost: 0,
  placed: 10,
  projected: 10,
  reserved: 10,
  reservedTwice: 0,
  stockDifference: 0,
  settled: 10,
  settledTwice: 0,
  paid: 10,
  paidTwice: 0,
  projectedPaid: 10,
  repeated: 2,
  repeatedTwice: 0,
};

const good = (latency: number, degraded: readonly string[] = []): Outcome => ({
  result: 'good',
  latency,
  degraded,
});

describe('the judgement of the facts', () => {
  it('finds nothing where every order was handled once', () => {
    assert.deepEqual(judge(fine), []);
    assert.equal(isSettled(fine), true);
  });

  const wrong: Partial<Facts>[] = [
    { lost: 1 },
    { projected: 11 },
    { projected: 9 },
    { reserved: 9 },
    { reservedTwice: 1 },
    { stockDifference: -2 },
    { settled: 9 },
    { settledTwice: 1 },
    { paid: 9 },
    { paidTwice: 1 },
    { projectedPaid: 9 },
    { repeatedTwice: 1 },
  ];
  for (const facts of wrong) {
    it(`finds what is wrong with ${JSON.stringify(facts)}`, () => {
      assert.equal(judge({ ...fine, ...facts }).length, 1);
    });
  }

  it('takes no orders at all for no proof', () => {
    const none = Object.fromEntries(Object.keys(fine).map((key) => [key, 0])) as unknown as Facts;
    assert.match(judge(none).join(), /nothing is proven/);
  });
});

describe('the command line', () => {
  it('is understood', () => {
    assert.deepEqual(readOptions(['--duration', '1m', '--json']), {
      duration: 60_000,
      json: true,
      keep: false,
      help: false,
    });
    assert.equal(readOptions([]).duration, 30_000);
  });

  for (const words of [['--duration', '1s'], ['--duration', 'long'], ['--durations'], ['now']]) {
    it(`is refused when it is ${words.join(' ')}`, () => {
      assert.throws(() => readOptions(words), UsageError);
    });
  }
});

describe('an open loop', () => {
  it('sends on while nothing is answered, and ends when all is', async () => {
    const answers: (() => void)[] = [];
    const over = Promise.withResolvers<void>();
    const running = openLoop(1_000, over.promise, async () => {
      await new Promise<void>((resolve) => answers.push(resolve));
      return good(1);
    });
    while (answers.length < 20) await new Promise((resolve) => setImmediate(resolve));
    over.resolve();
    const timer = setInterval(() => answers.splice(0).forEach((answer) => answer()), 1);
    const { outcomes } = await running;
    clearInterval(timer);
    assert.ok(outcomes.length >= 20);
  });
});

describe('the summary of a phase', () => {
  it('counts results, and takes latencies of good answers alone', () => {
    const outcomes: Outcome[] = [
      ...Array.from({ length: 99 }, (_, index) => good(index + 1, index === 0 ? ['stale article'] : [])),
      { result: 'failed', latency: 5_000, degraded: [], problem: 'gone' },
      { result: 'failed', latency: 5_000, degraded: [], problem: 'gone' },
      { result: 'refused', latency: 1, degraded: [] },
      { result: 'unanswered', latency: 3_000, degraded: [] },
    ];
    const counts = { sheds: {}, retries: {}, rejected: {}, opened: {}, degraded: {}, records: {} };
    const summary = summarize({ name: 'calm', title: 'calm', rate: 10, duration: 10_000, outcomes, counts });
    assert.deepEqual(
      {
        good: summary.good,
        refused: summary.refused,
        unanswered: summary.unanswered,
        failed: summary.failed,
        goodput: summary.goodput,
      },
      { good: 99, refused: 1, unanswered: 1, failed: 2, goodput: 9.9 },
    );
    assert.deepEqual(summary.latency, { p50: 50, p95: 95, p99: 99 });
    assert.deepEqual(summary.degraded, { 'stale article': 1 });
    assert.deepEqual(summary.problems, ['gone']);
  });

  it('has no percentile of nothing', () => {
    assert.throws(() => percentile([], 50), RangeError);
  });
});

describe('metrics', () => {
  it('are read with their labels', () => {
    const text = '# TYPE a counter\na{b="c",d="e \\"f\\""} 3\nplain 1.5\n\n';
    assert.deepEqual(parseMetrics(text), [
      { name: 'a', labels: { b: 'c', d: 'e \\"f\\"' }, value: 3 },
      { name: 'plain', labels: {}, value: 1.5 },
    ]);
  });
});

describe('a trace', () => {
  const span = (spanId: string, parentId: string, start: number): RecordedSpan => ({
    traceId: 't',
    spanId,
    parentId,
    service: 's',
    name: spanId,
    kind: 'server',
    start,
    duration: 1,
  });

  it('has each span below its parent, in the order of time, whoever wrote first', () => {
    const steps = arrange([
      span('d', 'b', 30),
      span('c', 'a', 20),
      span('b', 'a', 10),
      span('a', 'shopper', 5),
    ]);
    assert.deepEqual(
      steps.map(({ name, depth, after }) => `${name} ${depth} ${after}`),
      ['a 0 0', 'b 1 5', 'd 2 25', 'c 1 15'],
    );
  });
});
