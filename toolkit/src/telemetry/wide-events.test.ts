import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deriveContext, rootContext, runInContext } from '../context/index.ts';
import { circuitBreaker, fallback, pipeline, ResilienceRegistry, retry } from '../resilience/index.ts';
import { seededRandom, VirtualClock } from '../testing/index.ts';
import { bindResilienceEvents, createWideEvents, wideEvent } from './index.ts';

interface Written {
  level: 'info' | 'error';
  fields: Record<string, unknown>;
  message: string;
}

function collect() {
  const written: Written[] = [];
  const write = (level: Written['level']) => (fields: object, message: string) =>
    void written.push({ level, fields: fields as Written['fields'], message });
  return { written, logger: { info: write('info'), error: write('error') } };
}

test('one event tells what the work said on its way, from wherever', async () => {
  const clock = new VirtualClock();
  const { written, logger } = collect();
  const events = createWideEvents({ logger, rate: 1, clock });
  const context = deriveContext(rootContext, { tenant: 'acme', priority: 'high', clock });
  const result = runInContext(context, () =>
    events.run('import', { 'import.source': 'sap', 'import.skipped': undefined }, async () => {
      wideEvent().set({ 'import.rows': 1 });
      await clock.sleep(20);
      wideEvent().set({ 'import.rows': 2 }).add('db.queries', 1).add('db.queries', 2);
      return 'done';
    }),
  );
  await clock.runAll();
  assert.equal(await result, 'done');
  assert.deepEqual(written, [
    {
      level: 'info',
      message: 'import',
      fields: {
        'import.source': 'sap',
        'import.rows': 2,
        'db.queries': 3,
        tenant: 'acme',
        priority: 'high',
        duration_ms: 20,
        sample_rate: 1,
      },
    },
  ]);
});

test('failures, slow ones and those that ask for it are always written', async () => {
  const clock = new VirtualClock();
  const { written, logger } = collect();
  const events = createWideEvents({ logger, rate: 0, slowAfter: 100, clock });
  const failure = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  const runs = [
    events.run('ordinary', {}, () => 1),
    assert.rejects(
      events.run('failing', {}, () => Promise.reject(failure)),
      failure,
    ),
    events.run('slow', {}, () => clock.sleep(100)),
    events.run('kept', {}, () => void wideEvent().keep('first of its kind')),
  ];
  await clock.runAll();
  await Promise.all(runs);
  assert.deepEqual(
    written.map(({ level, message, fields }) => [level, message, fields.kept_for, fields.sample_rate]),
    [
      ['error', 'failing', 'failure', 1],
      ['info', 'kept', 'first of its kind', 1],
      ['info', 'slow', 'slow', 1],
    ],
  );
  assert.equal(written[0]?.fields['error.type'], 'ECONNREFUSED');
  assert.equal(written[0]?.fields.error, failure);
  assert.deepEqual(events.counts, { written: 3, sampledOut: 1, droppedFields: 0 });
});

test('what is gathered last is gathered only for an event that is written, and decided once', () => {
  const { written, logger } = collect();
  const draws = [0.05, 0.5, 0.05];
  const events = createWideEvents({ logger, rate: 0.1, random: () => draws.shift() ?? assert.fail() });
  for (const name of ['drawn', 'not drawn', 'drawn too']) {
    const pending = events.begin({ name });
    if (pending.leaveOut(rootContext, false, 1)) assert.equal(name, 'not drawn');
    else pending.event.set({ last: true });
    pending.end(rootContext, { message: name, duration: 1 });
    assert.ok(pending.leaveOut(rootContext, true, 1), 'it is over');
  }
  const failed = events.begin({});
  assert.ok(!failed.leaveOut(rootContext, true, 1));
  failed.end(rootContext, { message: 'failed', isFailure: true, duration: 1 });
  assert.deepEqual(
    written.map(({ message, fields }) => [message, fields.last]),
    [
      ['drawn', true],
      ['drawn too', true],
      ['failed', undefined],
    ],
  );
  assert.deepEqual(events.counts, { written: 3, sampledOut: 1, droppedFields: 0 });
});

test('of the others a share is written, the same traces in every service, and counts can be scaled up', async () => {
  const random = seededRandom('traces');
  const digits = (count: number): string =>
    Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('');
  const first = collect();
  const second = collect();
  const rare = createWideEvents({ logger: first.logger, rate: 0.1 });
  const often = createWideEvents({ logger: second.logger, rate: 0.3 });
  const total = 3_000;
  for (let index = 0; index < total; index++) {
    const trace = { traceId: digits(32), spanId: digits(16), flags: 1 };
    await runInContext(deriveContext(rootContext, { trace }), async () => {
      await rare.run('work', {}, () => undefined);
      await often.run('work', {}, () => undefined);
    });
  }
  const ids = (written: Written[]) => written.map(({ fields }) => String(fields.trace_id));
  const kept = new Set(ids(second.written));
  assert.ok(first.written.length > 0);
  assert.ok(ids(first.written).every((id) => kept.has(id)));
  const scaled = first.written.reduce((sum, { fields }) => sum + 1 / Number(fields.sample_rate), 0);
  assert.ok(Math.abs(scaled / total - 1) < 0.2, `${scaled} of ${total}`);
});

test('an event cannot grow without bound', async () => {
  const { written, logger } = collect();
  const events = createWideEvents({ logger, rate: 1, maximumFields: 3, maximumLength: 10 });
  await events.run('work', { a: 1, b: 2 }, () => {
    wideEvent()
      .set({ c: 'x'.repeat(50), d: 4 })
      .add('e', 1)
      .set({ a: 'still settable' })
      .set({ b: [1, 2, 3] });
  });
  const { a, b, c, d, e, dropped_fields: dropped } = written[0]?.fields ?? {};
  assert.deepEqual(
    { a, b, c, d, e, dropped },
    {
      a: 'still sett…',
      b: [1, 2, 3],
      c: `${'x'.repeat(10)}…`,
      d: undefined,
      e: undefined,
      dropped: 2,
    },
  );
  assert.equal(events.counts.droppedFields, 2);
});

test('outside of any work an event takes everything and does nothing', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), (fields) => {
      assert.equal(wideEvent().set(fields).add('n', 1).keep('x'), wideEvent());
    }),
  );
});

test('what strategies do is counted in the event of the call they did it to', async () => {
  const clock = new VirtualClock();
  const { written, logger } = collect();
  const events = createWideEvents({ logger, rate: 1, clock });
  const registry = new ResilienceRegistry();
  const end = bindResilienceEvents(registry);
  const breaker = circuitBreaker({ clock });
  const stock = registry.add(
    pipeline([fallback({ clock }), retry({ attempts: 3, delay: 10, clock }), breaker], { name: 'stock' }),
  );
  const failing = events.run('failing', {}, () =>
    stock.execute<string>(
      () => {
        throw new Error('down');
      },
      { fallback: () => 'none' },
    ),
  );
  const healthy = events.run('healthy', {}, () => stock.execute(() => clock.sleep(1)));
  await clock.runAll();
  await Promise.all([failing, healthy]);
  breaker.isolate();
  end();
  await events.run('unobserved', {}, () => stock.execute<string>(() => 'never', { fallback: () => 'none' }));
  const resilience = Object.fromEntries(
    written.map(({ message, fields }) => [
      message,
      Object.fromEntries(Object.entries(fields).filter(([key]) => key.startsWith('resilience.'))),
    ]),
  );
  assert.deepEqual(resilience, {
    failing: { 'resilience.stock.retries': 2, 'resilience.stock.degraded': 1 },
    healthy: {},
    unobserved: {},
  });
});

test('settings out of range are refused', () => {
  const { logger } = collect();
  assert.throws(() => createWideEvents({ logger, rate: 2, slowAfter: -1 }), /rate is 2.*\n.*slowAfter is -1/);
});
