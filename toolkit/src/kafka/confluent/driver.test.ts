import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { IncomingRecord } from '../driver.ts';
import { confluentKafka } from './driver.ts';
import type { ConfluentLibrary, LibraryError, LibraryRecord } from './library.ts';

const at = (partition: number, offset: number): LibraryRecord => ({
  topic: 't',
  partition,
  offset,
  key: 'k',
  value: Buffer.from('v'),
  timestamp: 7,
  headers: [{ one: Buffer.from('1') }, { two: '2' }],
});

type Rebalanced = (error: LibraryError, places: readonly { topic: string; partition: number }[]) => void;

/** The library's surface, with what it was told written down, and what it answers given by the test. */
function fakeLibrary() {
  const told: unknown[][] = [];
  const configurations: Record<string, unknown>[] = [];
  const answers: (LibraryRecord[] | (() => void))[] = [];
  let delivered: (error: LibraryError | null, report: { opaque?: unknown }) => void = () => {};
  let failures: (LibraryError | null)[] = [];
  const done = (callback: (error: null, result?: unknown) => void, result?: unknown) =>
    setImmediate(() => callback(null, result));
  class Producer {
    constructor(configuration: Record<string, unknown>) {
      configurations.push(configuration);
    }
    on(event: string, listener: typeof delivered) {
      if (event === 'delivery-report') delivered = listener;
    }
    connect = (_: unknown, callback: () => void) => done(callback);
    disconnect = (callback: () => void) => done(callback);
    flush = (_: number, callback: () => void) => done(callback);
    setPollInBackground() {}
    produce(...record: unknown[]) {
      told.push(record.filter((_, index) => index !== 5));
      const failure = failures.shift() ?? null;
      setImmediate(() => delivered(failure, { opaque: record[5] }));
    }
  }
  class KafkaConsumer {
    constructor(configuration: Record<string, unknown>, topics: Record<string, unknown>) {
      configurations.push(configuration, topics);
    }
    on() {}
    connect = (_: unknown, callback: () => void) => done(callback);
    disconnect = (callback: () => void) => done(callback);
    setDefaultConsumeTimeout() {}
    subscribe = (topics: unknown) => void told.push(['subscribe', topics]);
    assign = (places: unknown) => void told.push(['assign', places]);
    unassign = () => void told.push(['unassign']);
    pause = (places: unknown) => void told.push(['pause', places]);
    resume = (places: unknown) => void told.push(['resume', places]);
    commit(offsets: readonly unknown[]) {
      const told = configurations[0]?.offset_commit_cb as (
        error: LibraryError | null,
        places: unknown,
      ) => void;
      const failure = failures.shift() ?? null;
      setImmediate(() => told(failure, [...offsets].reverse()));
    }
    consume(_: number, callback: () => void) {
      const next = answers.shift();
      if (typeof next === 'function') next();
      done(callback, Array.isArray(next) ? next : []);
    }
  }
  const admin = {
    listTopics: (_: unknown, callback: () => void) => done(callback, ['t']),
    describeTopics: (_: unknown, __: unknown, callback: () => void) =>
      done(callback, [{ name: 't', partitions: [0, 1] }]),
    disconnect() {},
  };
  const library = { Producer, KafkaConsumer, AdminClient: { create: () => admin }, OffsetSpec: {} };
  return {
    library: library as unknown as ConfluentLibrary,
    told,
    configurations,
    answers,
    failNext: (...next: (LibraryError | null)[]) => {
      failures = next;
    },
    rebalance: (...call: Parameters<Rebalanced>) => (configurations[0]?.rebalance_cb as Rebalanced)(...call),
  };
}

const driverWith = (library: ConfluentLibrary) =>
  confluentKafka({
    brokers: ['a:1', 'b:2'],
    clientId: 'me',
    client: { 'security.protocol': 'ssl', acks: 0 },
    sessionTimeout: 5_000,
    library: async () => library,
  });

describe('the driver over @confluentinc/kafka-javascript', () => {
  it('makes producers that lose and double nothing, whatever else is set', async () => {
    const fake = fakeLibrary();
    const producer = await driverWith(fake.library).createProducer();
    const [settings] = fake.configurations;
    assert.equal(settings?.['bootstrap.servers'], 'a:1,b:2');
    assert.equal(settings['security.protocol'], 'ssl');
    assert.deepEqual(
      [settings.acks, settings['enable.idempotence'], settings.partitioner],
      [-1, true, 'murmur2_random'],
    );
    await producer.send([{ topic: 't', key: 'k', headers: { h: 'x' } }]);
    assert.deepEqual(fake.told, [['t', -1, null, Buffer.from('k'), null, [{ h: Buffer.from('x') }]]]);
    await producer.close();
  });

  it('tells of a failed send when all of it has ended', async () => {
    const fake = fakeLibrary();
    const producer = await driverWith(fake.library).createProducer();
    fake.failNext(null, { message: 'timed out', code: -192 });
    const record = { topic: 't', value: Buffer.from('v'), headers: {} };
    await assert.rejects(producer.send([record, record, record]), { message: 'timed out', code: -192 });
    assert.equal(fake.told.length, 3);
    await producer.close();
  });

  it('hands over records of what is assigned alone, and changes that between two looks', async () => {
    const fake = fakeLibrary();
    const log: unknown[] = [];
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const [zero, one] = [
      { topic: 't', partition: 0 },
      { topic: 't', partition: 1 },
    ];
    const assign = { message: 'assign', code: -175 };
    const revoke = { message: 'revoke', code: -174 };
    const seen: IncomingRecord[] = [];
    fake.answers.push(
      () => fake.rebalance(assign, [zero]),
      [at(0, 5), at(1, 9)],
      () => fake.rebalance(revoke, [zero]),
      [at(0, 6)],
      () => fake.rebalance(assign, [one]),
      [at(1, 9)],
      () => end(),
    );
    const consumer = await driverWith(fake.library).createConsumer({
      group: 'g',
      topics: ['t'],
      from: 'latest',
      assigned: (places) => log.push(['assigned', ...places]),
      revoked: (places) => log.push(['revoked', ...places]),
      rebalancing: () => log.push(['rebalancing']),
      received: (records) => {
        seen.push(...records);
        log.push(records.map(({ partition, offset }) => `${partition}@${offset}`));
      },
      failed: (error) => log.push(error),
    });
    await ended;
    assert.deepEqual(log, [
      ['assigned', zero],
      ['0@5'],
      ['rebalancing'],
      ['revoked', zero],
      ['assigned', one],
      ['1@9'],
    ]);
    const [first] = seen;
    assert.equal(first?.key?.toString(), 'k');
    assert.equal(first.headers.get('two')?.toString(), '2');
    assert.equal(first.timestamp, 7);
    const [settings, topics] = fake.configurations;
    assert.deepEqual(
      [settings?.['group.id'], settings?.['session.timeout.ms'], settings?.['enable.auto.commit']],
      ['g', 5_000, false],
    );
    assert.equal(topics?.['auto.offset.reset'], 'latest');
    const next = [
      { ...zero, offset: 6 },
      { ...one, offset: 10 },
    ];
    await consumer.commit(next);
    fake.failNext({ message: 'Broker: Specified group generation id is not valid', code: 22 });
    await assert.rejects(consumer.commit(next), { code: 22 });
    consumer.pause([zero, one]);
    assert.deepEqual(fake.told.at(-1), ['pause', [one]], 'what is not assigned is left alone');
    await consumer.close();
  });

  it('refuses to be made without brokers, and to read a topic that is not there', async () => {
    assert.throws(() => confluentKafka({ brokers: [], clientId: 'me' }), TypeError);
    const nothing = (): void => {};
    const options = {
      assigned: nothing,
      revoked: nothing,
      rebalancing: nothing,
      received: nothing,
      failed: nothing,
    };
    await assert.rejects(
      driverWith(fakeLibrary().library).createConsumer({
        group: 'g',
        topics: ['t', 'missing'],
        from: 'earliest',
        ...options,
      }),
      /there is no topic missing/,
    );
  });
});
