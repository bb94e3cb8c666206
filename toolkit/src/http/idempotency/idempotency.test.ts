import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fastify, { type FastifyInstance } from 'fastify';
import pg from 'pg';
import { startPostgres } from '../../../test-support/index.ts';
import { VirtualClock } from '../../testing/virtual-clock.ts';
import {
  httpServer,
  type IdempotencyStore,
  memoryIdempotencyStore,
  postgresIdempotencyStore,
  problemTypes,
} from '../index.ts';

const answer = { status: 201, headers: { 'content-type': 'application/json' }, body: Buffer.from('{"a":1}') };
const request = { scope: 'POST /orders', key: 'k', fingerprint: 'f' };

function conform(name: string, create: () => Promise<IdempotencyStore>) {
  describe(`idempotency keys in ${name}`, () => {
    let store: IdempotencyStore;
    before(async () => {
      store = await create();
    });

    it('are begun once, and then answered', async () => {
      const one = { ...request, key: 'one' };
      const begun = await store.begin(one, 60_000);
      assert.ok(begun.state === 'begun');
      assert.deepEqual(await store.begin(one, 60_000), { state: 'in-use' });
      await store.complete(one, begun.token, answer, 60_000);
      const again = await store.begin(one, 60_000);
      assert.ok(again.state === 'answered');
      assert.deepEqual({ ...again.answer, body: Buffer.from(again.answer.body) }, answer);
    });

    it('are begun by one of many that come at the same time', async () => {
      const many = await Promise.all(
        Array.from({ length: 20 }, () => store.begin({ ...request, key: 'many' }, 60_000)),
      );
      assert.equal(many.filter(({ state }) => state === 'begun').length, 1);
      assert.equal(many.filter(({ state }) => state === 'in-use').length, 19);
    });

    it('are refused to another request, but not to another owner', async () => {
      await store.begin({ ...request, key: 'same' }, 60_000);
      const other = await store.begin({ ...request, key: 'same', fingerprint: 'g' }, 60_000);
      assert.equal(other.state, 'reused');
      const owner = await store.begin({ ...request, key: 'same', scope: 'another' }, 60_000);
      assert.equal(owner.state, 'begun');
    });

    it('can be begun again when they were given free, or their lease is over', async () => {
      const freed = { ...request, key: 'freed' };
      const first = await store.begin(freed, 60_000);
      assert.ok(first.state === 'begun');
      await store.release(freed, first.token);
      assert.equal((await store.begin(freed, 60_000)).state, 'begun');
      const expired = { ...request, key: 'expired' };
      assert.equal((await store.begin(expired, 0)).state, 'begun');
      assert.equal((await store.begin(expired, 60_000)).state, 'begun');
    });

    it('obey nobody whose lease is over', async () => {
      const late = { ...request, key: 'late' };
      const first = await store.begin(late, 0);
      const second = await store.begin(late, 60_000);
      assert.ok(first.state === 'begun' && second.state === 'begun');
      await store.complete(late, first.token, answer, 60_000);
      await store.release(late, first.token);
      assert.deepEqual(await store.begin(late, 60_000), { state: 'in-use' });
      await store.complete(late, second.token, answer, 60_000);
      assert.equal((await store.begin(late, 60_000)).state, 'answered');
    });

    it('are forgotten when they have expired', async () => {
      await store.forget();
      await store.begin({ ...request, key: 'short' }, 0);
      await store.begin({ ...request, key: 'long' }, 60_000);
      assert.equal(await store.forget(), 1);
      assert.equal(await store.forget(), 0);
    });
  });
}

let pool: pg.Pool | undefined;
after(() => pool?.end());

conform('memory', async () => memoryIdempotencyStore());
conform('PostgreSQL', async () => {
  const server = await startPostgres();
  pool = new pg.Pool({ connectionString: server.url });
  const store = postgresIdempotencyStore({ pool });
  await store.prepare();
  await store.prepare();
  return store;
});

describe('a route that takes idempotency keys', () => {
  async function serve(handle: (app: FastifyInstance) => void, clock?: VirtualClock) {
    const app = fastify();
    const idempotency = { store: memoryIdempotencyStore(clock && { clock }) };
    await app.register(httpServer({ idempotency, ...(clock && { clock }) }).plugin);
    handle(app);
    return app;
  }
  const counting = (mode: 'required' | 'optional') => {
    const state = { orders: 0 };
    const routes = (app: FastifyInstance) => {
      app.post('/orders', { config: { idempotency: mode } }, async (_, reply) => {
        state.orders += 1;
        return reply.code(201).header('location', `/orders/${state.orders}`).send({ number: state.orders });
      });
    };
    return { state, routes };
  };
  const post = (app: FastifyInstance, key?: string, payload: object = { article: 'a' }) =>
    app.inject({
      method: 'POST',
      url: '/orders',
      payload,
      headers: key === undefined ? {} : { 'idempotency-key': key },
    });

  it('does a request once and answers it every time', async () => {
    const { state, routes } = counting('required');
    const app = await serve(routes);
    const [first, second, bare] = [await post(app, '"k1"'), await post(app, '"k1"'), await post(app, 'k1')];
    assert.equal(state.orders, 1);
    assert.equal(first.headers['idempotency-replayed'], undefined);
    for (const again of [second, bare]) {
      assert.equal(again.statusCode, 201);
      assert.deepEqual(again.json(), { number: 1 });
      assert.equal(again.headers.location, '/orders/1');
      assert.equal(again.headers['idempotency-replayed'], 'true');
    }
    await post(app, '"k2"');
    assert.equal(state.orders, 2);
  });

  it('refuses a key that was used for another request', async () => {
    const app = await serve(counting('required').routes);
    await post(app, '"k1"', { article: 'a' });
    const other = await post(app, '"k1"', { article: 'b' });
    assert.equal(other.statusCode, 422);
    assert.equal(other.json().type, problemTypes.idempotencyKeyReused);
  });

  it('refuses requests without a key, or with one that does not fit, when it needs one', async () => {
    const app = await serve(counting('required').routes);
    for (const key of [undefined, '', '"', 'two words', `"${'x'.repeat(256)}"`]) {
      const { statusCode, body } = await post(app, key);
      assert.equal(statusCode, 400, String(key));
      assert.match(body, /Send the header Idempotency-Key/);
    }
    const optional = counting('optional');
    const relaxed = await serve(optional.routes);
    assert.equal((await post(relaxed)).statusCode, 201);
    assert.equal((await post(relaxed, 'two words')).statusCode, 400);
  });

  it('tells a second caller that the first is still at work', async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const app = await serve((instance) =>
      instance.post('/orders', { config: { idempotency: 'required' } }, async () => {
        begun.resolve();
        await gate.promise;
        return 'done';
      }),
    );
    const first = post(app, '"k"');
    await begun.promise;
    const second = await post(app, '"k"');
    assert.equal(second.statusCode, 409);
    assert.equal(second.headers['retry-after'], '1');
    gate.resolve();
    assert.equal((await first).body, 'done');
  });

  it('does a request again that came to nothing', async () => {
    let requests = 0;
    const app = await serve((instance) =>
      instance.post('/orders', { config: { idempotency: 'required' } }, async () => {
        requests += 1;
        if (requests === 1) throw new Error('broken');
        return 'done';
      }),
    );
    assert.equal((await post(app, '"k"')).statusCode, 500);
    assert.equal((await post(app, '"k"')).statusCode, 200);
    assert.equal(requests, 2);
  });

  it('does not begin a request again whose time was over while its work went on', async () => {
    const clock = new VirtualClock();
    let requests = 0;
    const gate = Promise.withResolvers<void>();
    const app = await serve(
      (instance) =>
        instance.post('/orders', { config: { idempotency: 'required', maximumTime: 1_000 } }, async () => {
          requests += 1;
          await gate.promise;
          return 'late';
        }),
      clock,
    );
    await app.ready();
    const first = post(app, '"k"');
    while (requests === 0) await clock.settle();
    await clock.advance(1_000);
    assert.equal((await first).statusCode, 504);
    assert.equal((await post(app, '"k"')).statusCode, 409);
    await clock.advance(60_000);
    gate.resolve();
    assert.equal((await post(app, '"k"')).statusCode, 200, 'the lease is over');
    assert.equal(requests, 2);
  });

  it('is refused by a server that keeps none', async () => {
    const app = fastify();
    await app.register(httpServer().plugin);
    assert.throws(
      () => app.post('/orders', { config: { idempotency: 'required' } }, async () => 'x'),
      /POST \/orders takes idempotency keys, which nothing keeps/,
    );
  });
});
