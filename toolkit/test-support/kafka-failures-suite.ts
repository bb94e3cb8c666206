import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { KafkaDriver } from '../src/kafka/index.ts';
import { faster, later, prepareSteps } from './kafka-steps.ts';
import { until } from './until.ts';

/** What the consumer does about events that can't be handled at once. */
export function describeFailures(create: () => KafkaDriver): void {
  const prepare = (partitions?: number) => prepareSteps(create(), partitions);

  it('parks what fails: later events of its key wait behind it, and all others go on', async () => {
    const { publish, handled, events, consume, publisher } = await prepare();
    let isBroken = true;
    const consumer = await consume(
      ({ data }) => {
        if (isBroken && data?.key === 'a' && data.number === 1) throw new Error('not now');
      },
      { retry: { attempts: 1_000, delay: 20, maximumDelay: 20 } },
    );
    await publish(['a', 1], ['b', 1], ['a', 2], ['c', 1], ['b', 2], ['a', 3]);
    await until(() => handled.length === 3);
    assert.deepEqual(handled, ['b1', 'c1', 'b2']);
    await until(() => events.filter(({ type }) => type === 'queued').length === 2);
    await publish(['a', 4], ['b', 3]);
    await until(() => handled.includes('b3'));
    isBroken = false;
    await until(() => handled.length === 8);
    assert.deepEqual(
      handled.filter((step) => step.startsWith('a')),
      ['a1', 'a2', 'a3', 'a4'],
    );
    await publish(['a', 5]);
    await until(() => handled.includes('a5'));
    await until(() =>
      consumer.describe().partitions.every(({ parked, waiting }) => parked === 0 && waiting === 0),
    );
    await consumer.stop();
    await publisher.close();
  });

  it('knows what is parked after a restart', async () => {
    const { publish, handled, events, consume, publisher } = await prepare();
    const first = await consume(
      ({ data }) => {
        if (data?.key === 'a') throw new Error('not now');
      },
      { retry: { attempts: 1_000, delay: 60_000 } },
    );
    await publish(['a', 1], ['a', 2], ['b', 1]);
    await until(() => events.filter(({ type }) => type === 'parked' || type === 'queued').length === 2);
    await until(
      () => handled.length === 1 && first.describe().partitions.every(({ waiting }) => waiting === 0),
    );
    await first.stop();
    await publish(['a', 3], ['b', 2]);
    let isBroken = true;
    const second = await consume(
      ({ data }) => {
        if (isBroken && data?.key === 'a') throw new Error('still not');
      },
      { retry: { attempts: 1_000, delay: 20, maximumDelay: 20 }, clock: later(120_000) },
    );
    await until(() => handled.includes('b2'));
    assert.deepEqual(handled, ['b1', 'b2']);
    isBroken = false;
    await until(() => handled.length === 5);
    assert.deepEqual(handled.slice(2), ['a1', 'a2', 'a3']);
    await second.stop();
    await publisher.close();
  });

  it('goes on with what was parked, but not committed, by a member that died', async () => {
    const { publish, handled, events, consume, publisher } = await prepare();
    const first = await consume(
      ({ data }) => {
        if (data?.key === 'a') throw new Error('not now');
      },
      { retry: { attempts: 1_000, delay: 60_000 }, commitInterval: 60_000 },
    );
    await publish(['a', 1], ['a', 2], ['b', 1]);
    await until(() => first.describe().partitions.some(({ parked }) => parked === 2));
    await until(() => first.describe().partitions.every(({ waiting }) => waiting === 0));
    await first.component().close?.();
    const failed = new Set<string>();
    const second = await consume(
      ({ data }) => {
        const step = `${data?.key}${data?.number}`;
        if (failed.has(step)) return;
        failed.add(step);
        throw new Error('not at once');
      },
      { retry: { attempts: 1_000, delay: 20, maximumDelay: 20 }, clock: later(120_000) },
    );
    await publish(['a', 3]);
    await until(() => handled.includes('a3'));
    await until(() =>
      second.describe().partitions.every(({ parked, waiting }) => parked === 0 && waiting === 0),
    );
    assert.deepEqual(
      handled.filter((step) => step.startsWith('a')),
      ['a1', 'a2', 'a3'],
    );
    assert.ok(events.some(({ type }) => type === 'parked'));
    await second.stop();
    await publisher.close();
  });

  it('gives a handler that does not end its time, and parks its event', async () => {
    const { publish, handled, events, consume, publisher } = await prepare();
    let isHanging = true;
    const consumer = await consume(
      async ({ data }) => {
        if (isHanging && data?.key === 'a') {
          isHanging = false;
          await new Promise(() => {});
        }
      },
      { handlerTime: 50 },
    );
    await publish(['a', 1], ['b', 1]);
    await until(() => handled.length === 2);
    assert.deepEqual(handled, ['b1', 'a1']);
    const parked = events.find((event) => event.type === 'parked');
    assert.ok(parked?.type === 'parked' && (parked.error as { code?: string }).code === 'HANDLER_TIME');
    await consumer.stop();
    await publisher.close();
  });

  it('waits as a whole while a service that its handler needs is down', async () => {
    const { publish, handled, events, consume, publisher } = await prepare();
    let calls = 0;
    const consumer = await consume(
      () => {
        calls += 1;
        if (calls === 1) throw Object.assign(new Error('the circuit is open'), { code: 'CIRCUIT_OPEN' });
      },
      { clock: faster(20) },
    );
    await publish(['a', 1], ['b', 1]);
    await until(() => handled.length === 2);
    assert.deepEqual(handled, ['a1', 'b1'], 'nothing went past');
    assert.deepEqual(
      events.map(({ type }) => type),
      ['held', 'handled', 'handled'],
    );
    await consumer.stop();
    await publisher.close();
  });
}
