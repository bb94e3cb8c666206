import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { RegistryFake } from '../../../test-support/registry-fake.ts';
import { unique } from '../../../test-support/kafka-driver-suite.ts';
import { defineEvent } from '../../events/index.ts';
import {
  defineTopic,
  httpSchemaRegistry,
  IncompatibleSchemaError,
  kafkaPublisher,
  MemoryKafka,
  memorySchemaRegistry,
  type SchemaRegistry,
  subjectOf,
} from '../index.ts';

const object = (properties: Record<string, unknown>, required: string[] = []) => ({
  type: 'object',
  properties,
  required,
});
const first = object({ id: { type: 'string' } }, ['id']);
const withOptional = object({ id: { type: 'string' }, note: { type: 'string' } }, ['id']);
const withRequired = object({ id: { type: 'string' }, total: { type: 'number' } }, ['id', 'total']);

/** What every registry does. */
function describeRegistry(create: () => SchemaRegistry): void {
  it('gives one schema one id, and each version of a subject its number', async () => {
    const registry = create();
    const [one, other] = [unique('a'), unique('b')];
    const registered = await registry.register(one, first);
    assert.deepEqual([registered.subject, registered.version], [one, 1]);
    assert.equal((await registry.register(one, first)).version, 1, 'again is no new version');
    const second = await registry.register(one, withOptional);
    assert.equal(second.version, 2);
    assert.notEqual(second.id, registered.id);
    assert.equal((await registry.register(other, first)).id, registered.id);
    assert.deepEqual(await registry.latest(one), second);
    assert.deepEqual(await registry.byId(registered.id), first);
  });

  it('says when there is nothing', async () => {
    const registry = create();
    assert.equal(await registry.latest(unique('none')), undefined);
    assert.equal(await registry.byId(9_999_999), undefined);
  });

  it('refuses what can no longer read what was written, and says why', async () => {
    const registry = create();
    const subject = unique('strict');
    await registry.register(subject, first);
    await assert.rejects(registry.register(subject, withRequired), (error: unknown) => {
      assert.ok(error instanceof IncompatibleSchemaError);
      assert.equal(error.code, 'SCHEMA_INCOMPATIBLE');
      assert.equal(error.subject, subject);
      assert.match(error.problems.join(), /total/);
      return true;
    });
    assert.equal((await registry.latest(subject))?.version, 1);
  });
}

describe('the schema registry in memory', () => {
  describeRegistry(() => memorySchemaRegistry());

  it('keeps the promise that it is told to', async () => {
    const accepted = async (
      compatibility: 'backward' | 'forward' | 'full',
      next: Record<string, unknown>,
    ) => {
      const registry = memorySchemaRegistry({ compatibility });
      await registry.register('s', first);
      return registry.register('s', next).then(
        () => true,
        () => false,
      );
    };
    // A new required field: old readers don't mind it, new readers miss it in old events.
    assert.deepEqual(
      await Promise.all(
        (['backward', 'forward', 'full'] as const).map((mode) => accepted(mode, withRequired)),
      ),
      [false, true, false],
    );
    const withoutId = object({ id: { type: 'string' } });
    // One that is required no more: the other way round.
    assert.deepEqual(
      await Promise.all((['backward', 'forward', 'full'] as const).map((mode) => accepted(mode, withoutId))),
      [true, false, false],
    );
  });
});

describe('the schema registry over HTTP', () => {
  let fake: RegistryFake;
  before(async () => {
    fake = await RegistryFake.start();
  });
  after(() => fake.stop());
  describeRegistry(() => httpSchemaRegistry({ url: fake.url }));

  it('sends headers that are asked for anew with each request', async () => {
    let asked = 0;
    const registry = httpSchemaRegistry({
      url: `${fake.url}/`,
      headers: async () => ({ authorization: `Bearer ${++asked}` }),
    });
    await registry.latest(unique('secured'));
    await registry.latest(unique('secured'));
    assert.deepEqual(
      fake.requests.slice(-2).map(({ authorization }) => authorization),
      ['Bearer 1', 'Bearer 2'],
    );
  });

  it('takes nothing but the API for it', async () => {
    const registry = httpSchemaRegistry({ url: `${fake.url}/elsewhere` });
    await assert.rejects(registry.latest('s'), /answered 404 to reading s/);
  });

  it('tells of a registry that is broken, and gives up on one that does not answer', async () => {
    const registry = httpSchemaRegistry({ url: fake.url, timeout: 50 });
    fake.next = 'broken';
    await assert.rejects(registry.register('s', first), /answered 500 to registering s: out of order/);
    fake.next = 'silent';
    await assert.rejects(registry.latest('s'), { name: 'TimeoutError' });
  });

  it('has the schemas of a publisher before anything is sent', async () => {
    const kafka = new MemoryKafka();
    const topic = (name: string, schema: Record<string, unknown>) =>
      defineTopic({
        topic: name,
        key: 'id',
        event: defineEvent<{ id: string }>({ type: name, version: 1, schema }),
      });
    const registry = httpSchemaRegistry({ url: fake.url });
    const [good, bad, worse] = [unique('good'), unique('bad'), unique('worse')];
    for (const name of [bad, worse]) await registry.register(subjectOf(name), first);
    const refused = kafkaPublisher({
      driver: kafka,
      source: '/x',
      registry,
      topics: [topic(good, first), topic(bad, withRequired), topic(worse, withRequired)],
    });
    await assert.rejects(refused.start(), (error: unknown) => {
      assert.ok(error instanceof AggregateError);
      assert.equal(error.errors.length, 2, 'all refusals at once');
      assert.ok(error.message.includes(subjectOf(bad)) && error.message.includes(subjectOf(worse)));
      return true;
    });

    await kafka.createTopics([{ topic: good, partitions: 1 }]);
    const ordered = topic(good, first);
    const publisher = kafkaPublisher({ driver: kafka, source: '/x', registry, topics: [ordered] });
    await publisher.start();
    const event = await publisher.publish(ordered, { id: '1' });
    const { id } = (await registry.latest(subjectOf(good))) ?? {};
    assert.equal(event.dataschema, `${fake.url}/schemas/ids/${id}`);
    const sent = kafka.records(good)[0]?.[0];
    assert.equal(sent?.headers.get('ce_dataschema')?.toString(), event.dataschema);
    await publisher.close();
  });
});
