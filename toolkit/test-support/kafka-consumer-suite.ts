import assert from 'node:assert/strict';
import { it } from 'node:test';
import { currentContext, deriveContext, rootContext, runInContext } from '../src/context/index.ts';
import { defineEvent } from '../src/events/index.ts';
import {
  type ConsumerEvent,
  deadLetterTopicName,
  defineTopic,
  type EventHandler,
  type KafkaConsumerOptions,
  type KafkaDriver,
  kafkaConsumer,
  kafkaPublisher,
  type MessageInbox,
  replayDeadLetters,
  UnprocessableEventError,
} from '../src/kafka/index.ts';
import { unique } from './kafka-driver-suite.ts';
import { until } from './until.ts';

interface Step {
  readonly key: string;
  readonly number: number;
}

/** What the consumer promises, with whatever client. */
export function describeConsumer(create: () => KafkaDriver): void {
  /** A topic of its own, a way to publish to it, and a place that writes down what was handled. */
  async function prepare(partitions = 1) {
    const driver = create();
    const topic = defineTopic({
      topic: unique('steps'),
      key: 'key',
      event: defineEvent<Step>({
        type: 'steps',
        version: 1,
        schema: {
          type: 'object',
          required: ['key', 'number'],
          properties: { key: { type: 'string' }, number: { type: 'integer' } },
        },
      }),
    });
    const group = unique('group');
    const admin = await driver.createAdmin();
    await admin.createTopics([{ topic: topic.topic, partitions }]);
    await until(async () => (await admin.partitionCounts([topic.topic])).size === 1);
    await admin.close();
    const publisher = kafkaPublisher({ driver, source: '/test', topics: [topic] });
    await publisher.start();
    const publish = (...steps: [key: string, number: number][]) =>
      Promise.all(steps.map(([key, number]) => publisher.publish(topic, { key, number })));
    const handled: string[] = [];
    const events: ConsumerEvent[] = [];
    const consume = async (
      handle: EventHandler<Step> = () => {},
      options: Partial<KafkaConsumerOptions> = {},
    ) => {
      const consumer = kafkaConsumer({
        driver,
        group,
        retry: { attempts: 3, delay: 20, maximumDelay: 100 },
        commitInterval: 5,
        observe: (event) => void events.push(event),
        onProblem: () => {},
        ...options,
      });
      consumer.on(topic, async (event, delivery) => {
        await handle(event, delivery);
        const { key, number } = event.data ?? { key: '', number: 0 };
        handled.push(`${key}${number}`);
      });
      await consumer.start();
      return consumer;
    };
    /** Records straight to the topic, whatever is in them. */
    const send = async (key: string, value: string, headers: Record<string, string> = {}) => {
      const producer = await driver.createProducer();
      await producer.send([{ topic: topic.topic, key, value: Buffer.from(value), headers }]);
      await producer.close();
    };
    return { driver, topic, group, publisher, publish, handled, events, consume, send };
  }

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

  it('lets no key overtake itself when a letter is replayed while the key is busy', async () => {
    const { driver, topic, group, publish, handled, events, consume, publisher } = await prepare();
    let isBroken = true;
    let [running, most] = [0, 0];
    const gate = Promise.withResolvers<void>();
    const consumer = await consume(
      async ({ data }) => {
        if (isBroken && data?.number === 1) throw new UnprocessableEventError('not yet');
        if (data?.key !== 'a') return;
        running += 1;
        most = Math.max(most, running);
        if (data.number === 2) await gate.promise;
        running -= 1;
      },
      { concurrency: 4 },
    );
    await publish(['a', 1]);
    await until(() => events.some(({ type }) => type === 'dead-lettered'));
    isBroken = false;
    await publish(['a', 2]);
    await until(() => running === 1);
    await replayDeadLetters({ driver, topic: topic.topic, group });
    await publish(['b', 1], ['a', 3]);
    await until(() => handled.includes('b1'));
    gate.resolve();
    await until(() => handled.length === 4);
    assert.equal(most, 1, 'one of a key at a time');
    assert.deepEqual(
      handled.filter((step) => step.startsWith('a')),
      ['a2', 'a1', 'a3'],
    );
    await consumer.stop();
    await publisher.close();
  });

  it('is not held up by a poisoned message, of whatever kind', async () => {
    const { driver, topic, group, publish, handled, events, consume, send, publisher } = await prepare();
    const consumer = await consume(({ data }) => {
      if (data?.key === 'refused') throw new UnprocessableEventError('there is no such thing');
      if (data?.key === 'failing') throw new Error('never');
    });
    const fields = {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: '1',
      ce_source: '/x',
      ce_type: 'steps',
    };
    await publish(['a', 1]);
    await send('a', '{"key":', fields);
    await send('a', '{"key":"a"}', fields);
    await send('a', 'not even an event');
    await publish(['refused', 1], ['failing', 1], ['a', 2]);
    await until(() => handled.length === 2);
    await until(() => events.filter(({ type }) => type === 'dead-lettered').length === 5);
    assert.deepEqual(handled, ['a1', 'a2']);
    const letters = await readAll(driver, deadLetterTopicName(topic.topic, group), 5);
    assert.deepEqual(letters.map((letter) => letter.headers.get('dead-letter-reason')?.toString()).sort(), [
      'attempts',
      'invalid',
      'invalid',
      'invalid',
      'refused',
    ]);
    const failing = letters.find((letter) => letter.key?.toString() === 'failing');
    assert.equal(failing?.headers.get('dead-letter-attempts')?.toString(), '3');
    assert.equal(failing.headers.get('dead-letter-error')?.toString(), 'Error: never');
    await until(() =>
      consumer.describe().partitions.every(({ parked, waiting }) => parked === 0 && waiting === 0),
    );
    await consumer.stop();
    await publisher.close();
  });

  it('replays dead letters to their own group, and no letter twice', async () => {
    const { driver, topic, group, publish, handled, events, consume, publisher } = await prepare(2);
    let isBroken = true;
    const consumer = await consume(({ data }) => {
      if (isBroken && data?.key !== 'fine') throw new UnprocessableEventError('not yet');
    });
    await publish(['a', 1], ['b', 1], ['fine', 1], ['c', 1]);
    await until(() => events.filter(({ type }) => type === 'dead-lettered').length === 3);
    isBroken = false;
    const select = ({ key }: { key: string | undefined }) => key !== 'c';
    assert.deepEqual(await replayDeadLetters({ driver, topic: topic.topic, group, select }), {
      replayed: 2,
      passedOver: 1,
    });
    await until(() => handled.length === 3);
    assert.deepEqual(handled.toSorted(), ['a1', 'b1', 'fine1']);
    assert.deepEqual(await replayDeadLetters({ driver, topic: topic.topic, group }), {
      replayed: 0,
      passedOver: 0,
    });
    await consumer.stop();
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
    const consumer = await consume(() => {
      calls += 1;
      if (calls === 1) throw Object.assign(new Error('the circuit is open'), { code: 'CIRCUIT_OPEN' });
    });
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
}

/** An inbox in memory: what was handled and what that had for an effect are there together, or not at all. */
function memoryInbox(): MessageInbox<string[]> & { readonly effects: readonly string[] } {
  const effects: string[] = [];
  const handled = new Map<string, Promise<boolean>>();
  return {
    effects,
    process: async ({ consumer, messageId }, handle) => {
      const key = `${consumer} ${messageId}`;
      // As in a database, the second waits for the first, which may fail.
      while (handled.has(key)) if (await handled.get(key)) return { duplicate: true };
      const { promise, resolve } = Promise.withResolvers<boolean>();
      handled.set(key, promise);
      const written: string[] = [];
      try {
        await handle(written);
      } catch (error) {
        handled.delete(key);
        resolve(false);
        throw error;
      }
      effects.push(...written);
      resolve(true);
      return { duplicate: false };
    },
  };
}

/** The machine's time, some milliseconds ahead. */
function later(milliseconds: number) {
  return {
    now: () => performance.now(),
    wall: () => Date.now() + milliseconds,
    setTimeout: (callback: () => void, delay: number) => setTimeout(callback, delay),
    clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout | undefined),
    sleep: (delay: number) => new Promise<void>((resolve) => setTimeout(resolve, delay)),
  };
}

async function readAll(driver: KafkaDriver, topic: string, count: number) {
  const records: Parameters<Parameters<KafkaDriver['createConsumer']>[0]['received']>[0][number][] = [];
  const consumer = await driver.createConsumer({
    group: unique('reader'),
    topics: [topic],
    from: 'earliest',
    assigned: () => {},
    revoked: () => {},
    rebalancing: () => {},
    received: (received) => void records.push(...received),
    failed: () => {},
  });
  await until(() => records.length >= count);
  await consumer.close();
  return records;
}
