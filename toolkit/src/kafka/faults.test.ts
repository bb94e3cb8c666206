import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import {
  type KafkaServer,
  type PostgresServer,
  startKafka,
  startPostgres,
} from '../../test-support/index.ts';
import { until } from '../../test-support/until.ts';
import { defineEvent } from '../events/index.ts';
import {
  createPostgresEventStore,
  createPostgresInbox,
  type PostgresQueryable,
} from '../eventstore/index.ts';
import {
  type ConsumerEvent,
  defineTopic,
  type KafkaConsumer,
  kafkaConsumer,
  kafkaPublisher,
  platformaticKafka,
} from './index.ts';

const KEYS = 30;
const EVENTS_PER_KEY = 40;
const TOTAL = KEYS * EVENTS_PER_KEY;
/** So long without any progress means that something hangs; it says nothing about how long the whole may take. */
const STALLED = 60_000;

interface Entry {
  readonly account: string;
  readonly number: number;
}

const entries = defineTopic({
  topic: 'account.entries',
  key: 'account',
  event: defineEvent<Entry>({
    type: 'account.entries',
    version: 1,
    schema: {
      type: 'object',
      required: ['account', 'number'],
      properties: { account: { type: 'string' }, number: { type: 'integer' } },
    },
  }),
});

describe('with a broker that is killed and members that come, go and die', { timeout: 540_000 }, () => {
  let kafka: KafkaServer;
  let postgres: PostgresServer;
  let pool: pg.Pool;
  const members: KafkaConsumer<PostgresQueryable>[] = [];
  before(async () => {
    [kafka, postgres] = await Promise.all([startKafka(), startPostgres()]);
    pool = new pg.Pool({ connectionString: await postgres.createDatabase(), max: 20 });
    pool.on('error', () => {});
    await createPostgresEventStore({ pool }).migrate();
    await pool.query(
      'create table effect (id bigint generated always as identity, account text not null, number integer not null)',
    );
  });
  after(async () => {
    // A test that failed has left some.
    await Promise.all(members.map((member) => member.component().close?.()));
    await pool?.end();
    await Promise.all([kafka?.stop(), postgres?.stop()]);
  });

  it('every event takes effect exactly once, in the order of its key', async () => {
    const driver = platformaticKafka({
      brokers: [kafka.bootstrap],
      clientId: 'faults',
      sessionTimeout: 4_000,
    });
    const admin = await driver.createAdmin();
    await admin.createTopics([{ topic: entries.topic, partitions: 4 }]);
    await until(async () => (await admin.partitionCounts([entries.topic])).size === 1);
    await admin.close();

    const seen: ConsumerEvent['type'][] = [];
    let faults = 0;
    const join = async (): Promise<KafkaConsumer<PostgresQueryable>> => {
      const consumer = kafkaConsumer<PostgresQueryable>({
        driver,
        group: 'ledger',
        inbox: createPostgresInbox({ pool }),
        concurrency: 3,
        highWater: 100,
        retry: { attempts: 1_000, delay: 20, maximumDelay: 200 },
        observe: ({ type }) => void seen.push(type),
        onProblem: () => {},
      });
      consumer.on(entries, async ({ data }, { transaction, attempt }) => {
        if (!data) throw new Error('an event without data');
        const { account, number } = data;
        await transaction.query('insert into effect (account, number) values ($1, $2)', [account, number]);
        // What has been written goes with the attempt.
        if (number % 11 === 5 && attempt === 1) {
          faults += 1;
          throw new Error('a fault after writing');
        }
      });
      await consumer.start();
      members.push(consumer);
      return consumer;
    };

    const publisher = kafkaPublisher({ driver, source: '/accounts', topics: [entries] });
    await publisher.start();
    /** A key's events one after the other, each with its own id for as often as it takes. */
    const publishAll = async (account: string): Promise<void> => {
      for (let number = 0; number < EVENTS_PER_KEY; number += 1) {
        for (let isThere = false; !isThere;) {
          isThere = await publisher
            .publish(entries, { account, number }, { id: `${account}/${number}` })
            .then(
              () => true,
              () => sleep(100, false),
            );
        }
      }
    };
    const effects = async (): Promise<number> => {
      const { rows } = await pool.query<{ count: string }>('select count(*) from effect');
      return Number(rows[0]?.count);
    };
    /** Waits for so many effects, as long as their number grows. */
    const reach = async (count: number): Promise<void> => {
      let [last, since] = [-1, performance.now()];
      for (let now = await effects(); now < count; now = await effects()) {
        if (now > last) [last, since] = [now, performance.now()];
        else if (performance.now() - since > STALLED) {
          const states = JSON.stringify(members.map((member) => member.describe().partitions));
          throw new Error(`stays at ${now} effects of ${count}: ${states}`);
        }
        await sleep(20);
      }
    };

    const [first, second] = [await join(), await join()];
    const published = Promise.all(Array.from({ length: KEYS }, (_, key) => publishAll(`account-${key}`)));

    await reach(TOTAL * 0.2);
    await kafka.kill();
    await kafka.restart();
    await reach(TOTAL * 0.4);
    await join();
    await reach(TOTAL * 0.6);
    // Dies: neither ends its work nor commits what it did.
    await first.component().close?.();
    await reach(TOTAL * 0.7);
    await kafka.restart();
    await second.stop();
    await join();
    await published;
    await reach(TOTAL);
    // Drained: nothing waits, nothing is parked, and what may still come is known already.
    const last = members.slice(2);
    await until(() =>
      last.every((member) =>
        member.describe().partitions.every(({ waiting, parked }) => waiting + parked === 0),
      ),
    );
    await Promise.all(last.map((member) => member.stop()));
    await publisher.close();

    const { rows } = await pool.query<Entry>('select account, number from effect order by id');
    assert.equal(rows.length, TOTAL, 'each once');
    const expected = Array.from({ length: EVENTS_PER_KEY }, (_, number) => number);
    for (let key = 0; key < KEYS; key += 1) {
      const numbers = rows.filter(({ account }) => account === `account-${key}`).map(({ number }) => number);
      assert.deepEqual(numbers, expected, `account-${key}`);
    }
    assert.ok(faults > KEYS, `only ${faults} attempts failed`);
    assert.ok(seen.includes('parked') && seen.includes('queued'), 'some waited for another attempt');
    assert.ok(!seen.includes('dead-lettered'));
  });
});
