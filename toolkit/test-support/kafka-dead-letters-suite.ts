import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  type DeadLetter,
  deadLetterTopicName,
  delayTopicName,
  type KafkaDriver,
  replayDeadLetters,
  UnprocessableEventError,
} from '../src/kafka/index.ts';
import { prepareSteps, readAll, retryInPlace, stepValue } from './kafka-steps.ts';
import { until } from './until.ts';

/** What the consumer does about events that it gives up, and how they come back. */
export function describeDeadLetters(create: () => KafkaDriver): void {
  const prepare = (partitions?: number) => prepareSteps(create(), partitions);

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

  it('is not held up by a poisoned message, of whatever kind (as one that retries in place is)', async () => {
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
    const naive = await retryInPlace(driver, topic.topic);
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
    await until(() => naive.received.length === 7);
    assert.deepEqual(
      naive.handled,
      [0],
      'whoever retries in place comes no further than the first poisoned one',
    );
    await naive.close();
    await until(() =>
      consumer.describe().partitions.every(({ parked, waiting }) => parked === 0 && waiting === 0),
    );
    await consumer.stop();
    await publisher.close();
  });

  it('ends what is too large for the delay topic in the dead letters, without its value if it has to be', async () => {
    const { driver, topic, group, publish, handled, events, consume, sendStep, publisher } = await prepare();
    const [delay, dead] = [delayTopicName(topic.topic, group), deadLetterTopicName(topic.topic, group)];
    const admin = await driver.createAdmin();
    const configuration = { 'max.message.bytes': '3000' };
    await admin.createTopics([
      { topic: delay, partitions: 1, configuration: { 'max.message.bytes': '1500' } },
      { topic: dead, partitions: 1, configuration },
    ]);
    await until(async () => (await admin.partitionCounts([delay, dead])).size === 2);
    await admin.close();
    let isBroken = true;
    const consumer = await consume(
      ({ data }) => {
        if (isBroken && data?.key === 'a') throw new Error('not now');
        if (data?.number === 3) throw new Error('not at once');
        if (data?.number === 4) throw new UnprocessableEventError('never');
      },
      { retry: { attempts: 1_000, delay: 20, maximumDelay: 20 } },
    );
    // Waits for another attempt; what gets in line behind it is too large for that.
    await publish(['a', 1]);
    await until(() => events.some(({ type }) => type === 'parked'));
    await sendStep('a', 2, 2_000);
    await until(() => events.some(({ type }) => type === 'dead-lettered'));
    isBroken = false;
    // Fails, and is too large to wait for another attempt.
    await sendStep('b', 3, 2_000);
    // Fails for good, and is too large for the dead letters, too.
    await sendStep('c', 4, 5_000);
    await publish(['a', 5], ['b', 5]);
    await until(() => handled.includes('a5') && handled.includes('b5'));
    assert.deepEqual(handled.toSorted(), ['a1', 'a5', 'b5']);
    const letters = await readAll(driver, dead, 3);
    const described = letters.map(({ headers, value, key }) => {
      const text = (name: string) => headers.get(`dead-letter-${name}`)?.toString();
      const names = ['origin', 'reason', 'attempts', 'truncated'];
      return [key?.toString(), ...names.map(text), (value?.length ?? 0) > 0];
    });
    const byOrigin = described.toSorted((left, right) => Number(left[1]) - Number(right[1]));
    assert.deepEqual(byOrigin, [
      ['a', '1', 'too-large', '0', undefined, true],
      ['b', '2', 'too-large', '1', undefined, true],
      ['c', '3', 'refused', '1', String(stepValue('c', 4, 5_000).length), false],
    ]);
    await until(() =>
      consumer.describe().partitions.every(({ parked, waiting }) => parked === 0 && waiting === 0),
    );
    // There is no room for another attempt, unless it is given a value that fits.
    const repair = ({ truncated, value }: DeadLetter) =>
      truncated === undefined ? value : stepValue('c', 6);
    assert.deepEqual(await replayDeadLetters({ driver, topic: topic.topic, group, repair }), {
      replayed: 1,
      passedOver: 2,
    });
    await until(() => handled.includes('c6'));
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
}
