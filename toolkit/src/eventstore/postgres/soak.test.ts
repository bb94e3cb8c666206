import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { seededRandom } from '../../testing/seeded-random.ts';
import { until } from '../conformance/setting.ts';
import { TestDatabase } from './fixtures/database.ts';
import { soakEventId, soakStream, startWorker, type WorkerTask } from './fixtures/soak.ts';
import type { WorkerProcess } from '../../../test-support/worker-process.ts';

const WRITERS = 8;
const NUMBERS = 75;
const WRITER_PROCESSES = 4;
const READER_PROCESSES = 2;

let database: TestDatabase;
before(async () => {
  database = await TestDatabase.start();
});
after(() => database.stop());

describe('under faults', () => {
  it('every event has its effect exactly once and in order, and every message is published', async (test) => {
    const store = await database.store({ outbox: (event) => ({ topic: 'soak', key: event.streamId }) });
    const { schema, pool } = store;
    const acknowledged = new Map<number, number>();
    const published: { id: string; key: string; payload: { writer: number; number: number } }[] = [];
    const workers = new Map<string, WorkerProcess>();
    test.after(() => Promise.all([...workers.values()].map((worker) => worker.kill())));

    const start = (task: WorkerTask) => {
      const worker = startWorker(database.server.url, task, (message) => {
        if (message.published !== undefined) published.push(message.published as (typeof published)[number]);
        if (typeof message.writer === 'number') acknowledged.set(message.writer, Number(message.number));
      });
      workers.set(task.application, worker);
    };
    const startWriters = (index: number) =>
      start({
        kind: 'write',
        schema,
        application: `writers-${index}`,
        writers: Array.from({ length: WRITERS / WRITER_PROCESSES }, (_, offset) => {
          const writer = index * (WRITERS / WRITER_PROCESSES) + offset;
          // From what was acknowledged; what was under way when it was killed is appended again with the same id.
          return { writer, from: (acknowledged.get(writer) ?? 0) + 1, to: NUMBERS };
        }),
      });
    /** Each runs the projection and the relay, or stands by. */
    const startReader = (index: number) => start({ kind: 'read', schema, application: `readers-${index}` });

    for (let index = 0; index < WRITER_PROCESSES; index += 1) startWriters(index);
    for (let index = 0; index < READER_PROCESSES; index += 1) startReader(index);

    const total = WRITERS * NUMBERS;
    const done = () => [...acknowledged.values()].reduce((sum, number) => sum + number, 0);
    const random = seededRandom('soak');
    const pick = (count: number) => Math.floor(random() * count);
    const counts = { writer: 0, reader: 0, connections: 0, crash: 0, restart: 0 };
    const faults: Record<keyof typeof counts, () => Promise<unknown>> = {
      async writer() {
        const index = pick(WRITER_PROCESSES);
        await workers.get(`writers-${index}`)?.kill();
        startWriters(index);
      },
      async reader() {
        const index = pick(READER_PROCESSES);
        await workers.get(`readers-${index}`)?.kill();
        startReader(index);
      },
      connections: () =>
        pool.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name ~ '-[0-9]$'",
        ),
      async crash() {
        await database.server.kill();
        await database.server.restart();
      },
      restart: () => database.server.restart(),
    };
    const order = ['writer', 'reader', 'connections', 'crash', 'reader', 'writer'] as const;
    const schedule = [...order, 'connections', 'restart', ...order, 'connections'] as const;
    // By how much has been done, not by the clock: each fault meets work under way.
    for (const [index, fault] of schedule.entries()) {
      await until(() => done() >= (total * (index + 1)) / (schedule.length + 2));
      await faults[fault]();
      counts[fault] += 1;
    }
    assert.ok(Object.values(counts).every((count) => count > 0));

    for (let index = 0; index < WRITER_PROCESSES; index += 1) {
      assert.equal(await workers.get(`writers-${index}`)?.ended(), 0);
    }
    assert.equal(done(), total);
    // Drained: nothing behind, nothing waiting.
    await until(async () => {
      const { subscriptions, outbox } = await store.status();
      return subscriptions.every(({ behind }) => behind === 0) && outbox.depth === 0;
    });

    // The log holds each number of each writer once, in each writer's order.
    const written = Array.from({ length: WRITERS }, (_, writer) =>
      Array.from({ length: NUMBERS }, (_, index) => ({ writer, number: index + 1 })),
    ).flat();
    const { rows: handled } = await pool.query(
      `select stream_id, version, event_id from ${schema}_soak.handled order by number`,
    );
    assert.equal(handled.length, total);
    assert.deepEqual(
      new Set(handled.map((row) => row.event_id)),
      new Set(written.map(({ writer, number }) => soakEventId(writer, number))),
    );
    const versions = new Map<string, number>();
    for (const { stream_id: streamId, version } of handled) {
      assert.equal(version, (versions.get(streamId) ?? 0) + 1, `${streamId} in order`);
      versions.set(streamId, version);
    }
    for (const [streamId, version] of versions) {
      assert.equal(await store.view('soak').get(streamId), version);
      const stream = await store.read(streamId);
      const numbersOf = new Map<number, number>();
      for (const event of stream) {
        const { writer, number } = event.data as { writer: number; number: number };
        assert.equal(streamId, soakStream(writer, number));
        assert.ok(number > (numbersOf.get(writer) ?? 0), `writer ${writer} in order`);
        numbersOf.set(writer, number);
      }
    }

    // Published at least once, and with repetitions set aside, once each in the order of its stream.
    const firstTime = [
      ...new Map(published.toReversed().map((message) => [message.id, message])).values(),
    ].reverse();
    assert.equal(firstTime.length, total);
    for (const streamId of versions.keys()) {
      const stream = await store.read(streamId);
      assert.deepEqual(
        firstTime.filter(({ key }) => key === streamId).map(({ payload }) => payload),
        stream.map(({ data }) => data),
      );
    }
  });
});
