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
import { WorkerProcess } from '../../test-support/worker-process.ts';
import { until } from '../eventstore/conformance/setting.ts';
import { createPostgresEventStore } from '../eventstore/index.ts';
import { soakStream, startWorker } from '../eventstore/postgres/fixtures/soak.ts';
import { EFFECTS, entries, type Entry, LEDGER_GROUP, type MemberTask } from './fixtures/ledger.ts';
import { delayTopicName, platformaticKafka } from './index.ts';

const WRITERS = 8;
const WRITER_PROCESSES = 2;
const MEMBERS = 2;
const NUMBERS = 60;
const TOTAL = WRITERS * NUMBERS;
const PARTITIONS = 4;
/** So long without any progress means that something hangs; it says nothing about how long the whole may take. */
const STALLED = 60_000;

describe('from writers with held transactions through outbox and Kafka', { timeout: 540_000 }, () => {
  let kafka: KafkaServer;
  let postgres: PostgresServer;
  let pool: pg.Pool;
  const processes = new Map<string, WorkerProcess>();
  before(async () => {
    [kafka, postgres] = await Promise.all([startKafka(), startPostgres()]);
    pool = new pg.Pool({ connectionString: postgres.url, max: 5 });
    pool.on('error', () => {});
  });
  after(async () => {
    await Promise.all([...processes.values()].map((one) => one.kill()));
    await pool?.end();
    await Promise.all([kafka?.stop(), postgres?.stop()]);
  });

  it('every event takes effect exactly once and in the order of its stream, whatever is killed or broken', async () => {
    const schema = 'ledger';
    const store = createPostgresEventStore({ pool, schema });
    await store.migrate();
    await pool.query(
      `create table ${EFFECTS} (id bigint generated always as identity, stream text not null, writer integer not null,
        number integer not null)`,
    );
    const driver = platformaticKafka({ brokers: [kafka.bootstrap], clientId: 'faults' });
    const admin = await driver.createAdmin();
    await admin.createTopics([{ topic: entries.topic, partitions: PARTITIONS }]);
    await until(async () => (await admin.partitionCounts([entries.topic])).size === 1);

    const acknowledged = new Map<number, number>();
    const observed = new Map<unknown, number>();
    const startWriters = (index: number) => {
      const own = Array.from({ length: WRITERS / WRITER_PROCESSES }, (_, offset) => {
        const writer = index * (WRITERS / WRITER_PROCESSES) + offset;
        // What was under way when it was killed is appended again with the same id.
        return { writer, from: (acknowledged.get(writer) ?? 0) + 1, to: NUMBERS };
      });
      const task = { kind: 'write', schema, application: `writers-${index}`, writers: own } as const;
      const told = ({ writer, number }: Record<string, unknown>) => {
        if (typeof writer === 'number') acknowledged.set(writer, Number(number));
      };
      processes.set(`writers-${index}`, startWorker(postgres.url, task, told));
    };
    const startMember = (index: number) => {
      const name = `members-${index}`;
      const member = new WorkerProcess({
        program: new URL('fixtures/member.ts', import.meta.url),
        task: { schema, application: name } satisfies MemberTask,
        environment: { DATABASE_URL: postgres.url, KAFKA_BROKER: kafka.bootstrap },
        told: ({ observed: type }) => void observed.set(type, (observed.get(type) ?? 0) + 1),
      });
      processes.set(name, member);
    };
    const effects = async (): Promise<number> => {
      const { rows } = await pool.query<{ count: string }>(`select count(*) from ${EFFECTS}`);
      return Number(rows[0]?.count);
    };
    /** Waits for so many effects, as long as their number grows. */
    const reach = async (count: number): Promise<void> => {
      let [last, since] = [-1, performance.now()];
      for (let now = await effects(); now < count; now = await effects()) {
        if (now > last) [last, since] = [now, performance.now()];
        else if (performance.now() - since > STALLED) throw new Error(`stays at ${now} effects of ${count}`);
        await sleep(20);
      }
    };
    const faults = {
      writer: async (index: number) => {
        await processes.get(`writers-${index}`)?.kill();
        startWriters(index);
      },
      member: async (index: number) => {
        await processes.get(`members-${index}`)?.kill();
        startMember(index);
      },
      connections: () =>
        pool.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name ~ '-[0-9]$'",
        ),
      killedBroker: async () => {
        await kafka.kill();
        await kafka.restart();
      },
      restartedBroker: () => kafka.restart(),
    };

    for (let index = 0; index < WRITER_PROCESSES; index += 1) startWriters(index);
    for (let index = 0; index < MEMBERS; index += 1) startMember(index);
    const schedule = [
      () => faults.writer(0),
      () => faults.killedBroker(),
      () => faults.member(0),
      () => faults.connections(),
      () => faults.writer(1),
      () => faults.member(1),
      () => faults.restartedBroker(),
    ];
    // By how much has been done, not by the clock: each fault meets work under way.
    for (const [index, fault] of schedule.entries()) {
      await reach((TOTAL * (index + 1)) / (schedule.length + 2));
      await fault();
    }
    for (let index = 0; index < WRITER_PROCESSES; index += 1) {
      assert.equal(await processes.get(`writers-${index}`)?.ended(), 0);
    }
    await reach(TOTAL);
    // Drained: nothing waits in the outbox, in the topic or to be tried again.
    const lag = async (): Promise<number> => {
      const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
      const states = await Promise.all(
        [entries.topic, delayTopicName(entries.topic, LEDGER_GROUP)].map((topic) =>
          admin.partitionStates(LEDGER_GROUP, topic, partitions),
        ),
      );
      return states
        .flatMap((state) => [...state.values()])
        .reduce((sum, { earliest, latest, committed }) => sum + latest - (committed ?? earliest), 0);
    };
    await until(async () => (await store.outbox.depth()) === 0 && (await lag()) === 0);
    for (let index = 0; index < MEMBERS; index += 1) {
      assert.equal(await processes.get(`members-${index}`)?.stop(), 0);
    }
    await admin.close();

    const { rows } = await pool.query<Entry>(`select stream, writer, number from ${EFFECTS} order by id`);
    const name = ({ writer, number }: Entry) => `${writer}/${number}`;
    const written = Array.from({ length: WRITERS }, (_, writer) =>
      Array.from({ length: NUMBERS }, (__, index) => {
        return { stream: soakStream(writer, index + 1), writer, number: index + 1 };
      }),
    ).flat();
    assert.equal(rows.length, TOTAL, 'each once');
    assert.deepEqual(new Set(rows.map(name)), new Set(written.map(name)));
    for (const stream of new Set(written.map((entry) => entry.stream))) {
      const appended = await store.read(stream);
      assert.deepEqual(
        rows.filter((row) => row.stream === stream),
        appended.map(({ data }) => data),
        `${stream} in order`,
      );
    }
    assert.ok((observed.get('parked') ?? 0) > 0 && (observed.get('queued') ?? 0) > 0, 'some had to wait');
    assert.equal(observed.get('dead-lettered'), undefined);
    await store.close();
  });
});
