import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deriveContext, rootContext, runInContext } from '../../context/index.ts';
import { ConcurrencyConflict, InvalidInput } from '../errors.ts';
import { createEventId } from '../event-id.ts';
import type { OutboxMapping, PendingMessage } from '../outbox.ts';
import { emptyStore, numbered, numberedUpTo, quickly, type StoreFactory, until } from './setting.ts';

const toTopic: OutboxMapping = (event) => ({ topic: `topic.${event.type}`, key: event.streamId });

export function messaging<Transaction extends object>(create: StoreFactory<Transaction>): void {
  describe('the outbox', () => {
    it('publishes a message for each event, with the event’s id, data and metadata', async (test) => {
      const store = await emptyStore(test, create, { outbox: toTopic });
      const published: PendingMessage[] = [];
      store.outbox.relay({ publish: async (messages) => void published.push(...messages), ...quickly });
      await store.append('a', [{ type: 'T', data: { x: 1 }, metadata: { m: 'v' } }]);
      await until(async () => (await store.outbox.depth()) === 0);
      const [event] = await store.read('a');
      assert.equal(published.length, 1);
      const { enqueuedAt, ...message } = published[0] ?? assert.fail();
      assert.ok(enqueuedAt instanceof Date);
      assert.deepEqual(message, {
        id: event?.id,
        topic: 'topic.T',
        key: 'a',
        payload: { x: 1 },
        headers: { m: 'v' },
      });
    });

    it('holds what the mapping makes: nothing, one message, or several with ids that stay the same', async (test) => {
      const store = await emptyStore(test, create, {
        outbox: (event) =>
          Array.from({ length: Number(event.data) }, (_, index) => ({
            topic: `t${index}`,
            payload: { of: event.data },
            headers: { from: event.type },
          })),
      });
      const events = [numbered(0), numbered(1), numbered(3)].map((event) => ({
        ...event,
        id: createEventId(),
      }));
      await store.append('a', events);
      await store.append('a', events);
      assert.equal(await store.outbox.depth(), 4);
      const published: PendingMessage[] = [];
      const relay = store.outbox.relay({ publish: async (messages) => void published.push(...messages) });
      await until(async () => (await store.outbox.depth()) === 0);
      await relay.stop();
      assert.deepEqual(
        published.map(({ topic, key, payload, headers }) => [topic, key, payload, headers]),
        [
          ['t0', undefined, { of: 1 }, { from: 'Numbered' }],
          ['t0', undefined, { of: 3 }, { from: 'Numbered' }],
          ['t1', undefined, { of: 3 }, { from: 'Numbered' }],
          ['t2', undefined, { of: 3 }, { from: 'Numbered' }],
        ],
      );
      assert.equal(new Set(published.map(({ id }) => id)).size, 4);
      assert.equal(published[1]?.id, events[2]?.id);
    });

    it('gives a message the context of who enqueued it', async (test) => {
      const store = await emptyStore(test, create);
      const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 1 };
      const context = deriveContext(rootContext, { trace, tenant: 'acme', timeout: 60_000 });
      await runInContext(context, () =>
        store.inbox.process({ consumer: 'c', messageId: 'm' }, (transaction) =>
          store.outbox.enqueue(transaction, [{ topic: 't', payload: 1 }]),
        ),
      );
      const published: PendingMessage[] = [];
      store.outbox.relay({ publish: async (messages) => void published.push(...messages), ...quickly });
      await until(async () => (await store.outbox.depth()) === 0);
      assert.deepEqual(published[0]?.headers, {
        traceparent: `00-${trace.traceId}-${trace.spanId}-01`,
        'request-tenant': 'acme',
      });
    });

    it('holds nothing of an append that was refused', async (test) => {
      const store = await emptyStore(test, create, { outbox: toTopic });
      await store.append('a', [numbered(1)]);
      await assert.rejects(
        store.append('a', [numbered(2)], { expectedVersion: 'none' }),
        ConcurrencyConflict,
      );
      assert.equal(await store.outbox.depth(), 1);
    });

    it('refuses an append whose message can’t be, with the reason', async (test) => {
      const store = await emptyStore(test, create, { outbox: () => ({ topic: '', id: 'x' }) });
      await assert.rejects(store.append('a', [numbered(1)]), (error) => {
        assert.ok(error instanceof InvalidInput);
        assert.match(error.violations[0] ?? '', /the outbox message of events\[0\]: topic/);
        assert.equal(error.violations.length, 2);
        return true;
      });
      assert.deepEqual(await store.read('a'), []);
    });

    it('publishes again what could not be published, in order, with the same ids', async (test) => {
      const store = await emptyStore(test, create, { outbox: toTopic });
      const attempts: PendingMessage[][] = [];
      const errors: unknown[] = [];
      await store.append('a', numberedUpTo(3));
      const relay = store.outbox.relay({
        async publish(messages) {
          attempts.push([...messages]);
          if (attempts.length === 1) throw new Error('no broker');
        },
        onError: (error) => errors.push(error),
      });
      await until(async () => (await store.outbox.depth()) === 0);
      assert.match(String(errors), /no broker/);
      const [first = [], ...later] = attempts;
      assert.deepEqual(
        first.map(({ payload }) => payload),
        [1, 2, 3],
      );
      assert.deepEqual(later.flat(), first);
      await until(() => relay.state === 'idle');
      assert.equal(relay.describe().handled, 3);
    });

    it('is relayed by one at a time', async (test) => {
      const store = await emptyStore(test, create, { outbox: toTopic });
      let underWay = 0;
      let most = 0;
      const published: unknown[] = [];
      const start = () =>
        store.outbox.relay({
          batchSize: 5,
          ...quickly,
          async publish(messages) {
            underWay += 1;
            most = Math.max(most, underWay);
            await new Promise((resolve) => setImmediate(resolve));
            published.push(...messages.map(({ payload }) => payload));
            underWay -= 1;
          },
        });
      const relays = [start(), start(), start()];
      for (let number = 1; number <= 30; number += 1) await store.append('a', [numbered(number)]);
      await until(async () => (await store.outbox.depth()) === 0);
      const [running] = relays.filter(({ state }) => state !== 'standby');
      await running?.stop();
      await store.append('a', [numbered(31)]);
      await until(async () => (await store.outbox.depth()) === 0);
      assert.equal(most, 1);
      assert.deepEqual(
        published,
        numberedUpTo(31).map(({ data }) => data),
      );
    });
  });

  describe('the inbox', () => {
    it('handles each message once per consumer', async (test) => {
      const store = await emptyStore(test, create);
      let handled = 0;
      const process = (consumer: string, messageId: string) =>
        store.inbox.process({ consumer, messageId }, () => (handled += 1));
      assert.deepEqual(await process('c', 'm1'), { duplicate: false, result: 1 });
      assert.deepEqual(await process('c', 'm1'), { duplicate: true });
      assert.deepEqual(await process('c', 'm2'), { duplicate: false, result: 2 });
      assert.deepEqual(await process('d', 'm1'), { duplicate: false, result: 3 });
    });

    it('commits what the handler enqueues with the message, or neither', async (test) => {
      const store = await emptyStore(test, create);
      const deliver = (fails: boolean) =>
        store.inbox.process({ consumer: 'c', messageId: 'm' }, async (transaction) => {
          await store.outbox.enqueue(transaction, [
            { topic: 't', key: 'k', payload: { n: 1 } },
            { topic: 't', payload: null },
          ]);
          if (fails) throw new Error('too early');
          return 'done';
        });
      await assert.rejects(deliver(true), /too early/);
      assert.equal(await store.outbox.depth(), 0);
      assert.deepEqual(await deliver(false), { duplicate: false, result: 'done' });
      assert.deepEqual(await deliver(false), { duplicate: true });
      assert.equal(await store.outbox.depth(), 2);
      const published: PendingMessage[] = [];
      store.outbox.relay({ publish: async (messages) => void published.push(...messages) });
      await until(async () => (await store.outbox.depth()) === 0);
      assert.deepEqual(
        published.map(({ topic, key, payload, headers }) => ({ topic, key, payload, headers })),
        [
          { topic: 't', key: 'k', payload: { n: 1 }, headers: {} },
          { topic: 't', key: undefined, payload: null, headers: {} },
        ],
      );
    });

    it('lets a second delivery at the same time wait for the first', async (test) => {
      const store = await emptyStore(test, create);
      const started = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      let handled = 0;
      const delivery = { consumer: 'c', messageId: 'm' };
      const first = store.inbox.process(delivery, async () => {
        started.resolve();
        await gate.promise;
        throw new Error('failed after all');
      });
      await started.promise;
      const others = [1, 2, 3].map(() => store.inbox.process(delivery, () => (handled += 1)));
      gate.resolve();
      await assert.rejects(first, /failed after all/);
      const outcomes = await Promise.all(others);
      assert.equal(handled, 1);
      assert.equal(outcomes.filter(({ duplicate }) => !duplicate).length, 1);
    });

    it('forgets what was handled before an instant', async (test) => {
      const store = await emptyStore(test, create);
      const delivery = { consumer: 'c', messageId: 'm' };
      await store.inbox.process(delivery, () => undefined);
      assert.equal(await store.inbox.forget(new Date(Date.now() - 60_000)), 0);
      assert.equal(await store.inbox.forget(new Date(Date.now() + 60_000)), 1);
      assert.equal((await store.inbox.process(delivery, () => undefined)).duplicate, false);
    });

    it('refuses a message without an id', async (test) => {
      const store = await emptyStore(test, create);
      await assert.rejects(
        store.inbox.process({ consumer: '', messageId: '' }, () => undefined),
        InvalidInput,
      );
    });
  });
}
