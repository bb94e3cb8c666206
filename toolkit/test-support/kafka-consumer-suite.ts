import assert from 'node:assert/strict';
import { it } from 'node:test';
import { currentContext, deriveContext, rootContext, runInContext } from '../src/context/index.ts';
import { type KafkaDriver, kafkaConsumer } from '../src/kafka/index.ts';
import { describeDeadLetters } from './kafka-dead-letters-suite.ts';
import { describeFailures } from './kafka-failures-suite.ts';
import { memoryInbox, prepareSteps } from './kafka-steps.ts';
import { until } from './until.ts';

/** What the consumer promises, with whatever client. */
export function describeConsumer(create: () => KafkaDriver): void {
  const prepare = (partitions?: number) => prepareSteps(create(), partitions);

  it('handles every event once, each key in order, and goes on after a restart', async () => {
    const { publish, handled, consume, publisher } = await prepare(3);
    const steps: [string, number][] = Array.from({ length: 90 }, (_, index) => [
      `k${index % 9}`,
      Math.floor(index / 9),
    ]);
    await publish(...steps);
    const first = await consume(undefined, { concurrency: 4 });
    await until(() => handled.length === 90);
    await first.stop();
    await publish(['k0', 10], ['k1', 10]);
    const second = await consume();
    await until(() => handled.length === 92);
    await second.stop();
    for (let key = 0; key < 9; key++) {
      const numbers = handled
        .filter((step) => step.startsWith(`k${key}`))
        .map((step) => Number(step.slice(2)));
      assert.deepEqual(
        numbers,
        numbers.toSorted((left, right) => left - right),
      );
    }
    assert.equal(new Set(handled).size, handled.length);
    await publisher.close();
  });

  it('hands the context of the sender to the handler', async () => {
    const { topic, publisher, consume } = await prepare();
    const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 1 };
    const context = deriveContext(rootContext, { tenant: 'acme', priority: 'high', trace, timeout: 60_000 });
    await runInContext(context, () => publisher.publish(topic, { key: 'k', number: 1 }));
    const seen = Promise.withResolvers<unknown>();
    const consumer = await consume((_, delivery) => {
      const { tenant, priority, trace: received, deadline } = currentContext();
      assert.equal(delivery.context, currentContext());
      seen.resolve({ tenant, priority, trace: received, deadline });
    });
    assert.deepEqual(await seen.promise, { tenant: 'acme', priority: 'high', trace, deadline: undefined });
    await consumer.stop();
    await publisher.close();
  });

  it('commits only what is handled: what was at work comes again', async () => {
    const { publish, handled, consume, publisher } = await prepare();
    await publish(['a', 1], ['b', 1], ['c', 1]);
    const begun = Promise.withResolvers<void>();
    const first = await consume(async ({ data }, { signal }) => {
      if (data?.key !== 'b') return;
      begun.resolve();
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    });
    await begun.promise;
    const component = first.component();
    await component.stopAccepting?.();
    await component.drain?.(AbortSignal.abort(new Error('no time left')));
    await component.close?.();
    assert.deepEqual(handled, ['a1']);
    const second = await consume();
    await until(() => handled.length === 3);
    assert.deepEqual(handled, ['a1', 'b1', 'c1']);
    await second.stop();
    await publisher.close();
  });

  it('has, with an inbox, an effect that happens once', async () => {
    const { driver, topic, group, publish, events, publisher } = await prepare();
    const inbox = memoryInbox();
    const { effects } = inbox;
    const first = kafkaConsumer({
      driver,
      group,
      inbox,
      commitInterval: 60_000,
      observe: (event) => void events.push(event),
    });
    first.on(topic, ({ data }, { transaction }) => void transaction.push(`${data?.key}${data?.number}`));
    await first.start();
    await publish(['a', 1], ['b', 1]);
    await until(() => effects.length === 2);
    // Gone without a commit, as after a kill.
    await first.component().close?.();
    const second = kafkaConsumer({ driver, group, inbox, observe: (event) => void events.push(event) });
    second.on(topic, ({ data }, { transaction }) => void transaction.push(`${data?.key}${data?.number}`));
    await second.start();
    await publish(['c', 1]);
    await until(() => effects.length === 3);
    await second.stop();
    assert.deepEqual(effects, ['a1', 'b1', 'c1']);
    assert.equal(events.filter(({ type }) => type === 'duplicate').length, 2);
    await publisher.close();
  });

  it('loses and doubles nothing, with an inbox, while members come and go', async () => {
    const { driver, topic, group, publish, publisher } = await prepare(4);
    const inbox = memoryInbox();
    const steps = Array.from({ length: 240 }, (_, index): [string, number] => [
      `k${index % 12}`,
      Math.floor(index / 12),
    ]);
    const join = async () => {
      const member = kafkaConsumer({ driver, group, inbox, commitInterval: 5, onProblem: () => {} });
      member.on(topic, async ({ data }, { transaction }) => {
        // Long enough for a rebalance to come in between.
        await new Promise((resolve) => setTimeout(resolve, 2));
        transaction.push(`${data?.key} ${data?.number}`);
      });
      await member.start();
      return member;
    };
    const first = await join();
    await publish(...steps.slice(0, 120));
    await until(() => inbox.effects.length >= 20);
    const second = await join();
    const partitions = (member: typeof first) => member.describe().partitions.length;
    await until(() => partitions(first) === 2 && partitions(second) === 2);
    await publish(...steps.slice(120));
    await until(() => inbox.effects.length >= 140);
    await first.stop();
    await until(() => partitions(second) === 4);
    await until(() => inbox.effects.length >= 240);
    await until(() => second.describe().partitions.every(({ waiting, parked }) => waiting + parked === 0));
    await second.stop();
    assert.equal(inbox.effects.length, 240);
    for (let key = 0; key < 12; key++) {
      assert.deepEqual(
        inbox.effects.filter((effect) => effect.startsWith(`k${key} `)),
        Array.from({ length: 20 }, (_, number) => `k${key} ${number}`),
      );
    }
    await publisher.close();
  });

  it('takes no more than it can hold', async () => {
    const { publish, handled, consume, publisher } = await prepare();
    const gate = Promise.withResolvers<void>();
    await publish(...Array.from({ length: 200 }, (_, index): [string, number] => [`k${index % 7}`, index]));
    const consumer = await consume(() => gate.promise, { highWater: 20, concurrency: 2 });
    await until(() => (consumer.describe().partitions[0]?.waiting ?? 0) >= 20);
    gate.resolve();
    await until(() => handled.length === 200);
    await consumer.stop();
    await publisher.close();
  });

  describeFailures(create);
  describeDeadLetters(create);
}
