import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { describe, it } from 'node:test';
import fastify, { type FastifyInstance } from 'fastify';
import { currentContext, deriveContext, remainingTime, rootContext } from '../context/index.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import {
  type HttpExchange,
  type HttpServerOptions,
  httpServer,
  ProblemError,
  problemTypes,
} from './index.ts';

async function serve(routes: (app: FastifyInstance) => void, options: HttpServerOptions = {}) {
  const exchanges: HttpExchange[] = [];
  const http = httpServer({
    ...options,
    observers: [{ finished: (exchange) => void exchanges.push(exchange) }, ...(options.observers ?? [])],
  });
  const app = fastify();
  await app.register(http.plugin);
  routes(app);
  return { app, http, exchanges };
}

describe('a request', () => {
  const headers = {
    'grpc-timeout': '250m',
    'request-priority': 'critical',
    'request-tenant': 'acme',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    baggage: 'campaign=spring',
  };
  const echo = (app: FastifyInstance) => {
    app.post('/echo', async (request) => {
      assert.equal(request.context, currentContext());
      const { priority, tenant, trace, baggage } = currentContext();
      return { priority, tenant, traceId: trace?.traceId, baggage, left: remainingTime(currentContext()) };
    });
  };

  it('of a service of ours runs in the context it was sent with, also after its body was read', async () => {
    const clock = new VirtualClock();
    const { app } = await serve(
      (instance) =>
        instance.post('/echo', async () => {
          const { priority, tenant, trace, baggage } = currentContext();
          const left = remainingTime(currentContext(), clock);
          return { priority, tenant, traceId: trace?.traceId, baggage, left };
        }),
      { trusted: true, clock },
    );
    const answer = await app.inject({ method: 'POST', url: '/echo', headers, payload: { some: 'body' } });
    assert.deepEqual(answer.json(), {
      priority: 'critical',
      tenant: 'acme',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      baggage: { campaign: 'spring' },
      left: 250,
    });
  });

  it('of a stranger gives neither tenant nor baggage nor a higher priority', async () => {
    const { app } = await serve(echo);
    const answer = await app.inject({ method: 'POST', url: '/echo', headers, payload: { some: 'body' } });
    const { priority, tenant, baggage } = answer.json();
    assert.deepEqual({ priority, tenant, baggage }, { priority: 'normal', tenant: undefined, baggage: {} });
  });

  it('that asks for no time, or for too much, gets what the server and the route allow', async () => {
    const clock = new VirtualClock();
    const { app } = await serve(
      (instance) => {
        const left = async () => ({ left: remainingTime(currentContext(), clock) });
        instance.get('/server', left);
        instance.get('/route', { config: { maximumTime: 100 } }, left);
      },
      { maximumTime: 5_000, clock },
    );
    const ask = async (url: string, timeout?: string) =>
      (await app.inject({ url, ...(timeout && { headers: { 'grpc-timeout': timeout } }) })).json().left;
    assert.equal(await ask('/server'), 5_000);
    assert.equal(await ask('/server', '1H'), 5_000);
    assert.equal(await ask('/server', '2S'), 2_000);
    assert.equal(await ask('/route', '2S'), 100);
  });

  it('takes the priority of its route when it names none', async () => {
    const { app } = await serve(
      (instance) =>
        instance.get('/pay', { config: { priority: 'critical' } }, async () => ({
          priority: currentContext().priority,
        })),
      { trusted: true },
    );
    assert.equal((await app.inject('/pay')).json().priority, 'critical');
    const low = await app.inject({ url: '/pay', headers: { 'request-priority': 'low' } });
    assert.equal(low.json().priority, 'low');
  });

  it('whose context a hook replaces runs in the new one', async () => {
    const { app } = await serve((instance) => {
      instance.addHook('onRequest', async (request) => {
        request.context = deriveContext(request.context, { principal: { kind: 'user', id: 'ada' } });
      });
      instance.get('/me', async () => currentContext().principal);
    });
    assert.deepEqual((await app.inject('/me')).json(), { kind: 'user', id: 'ada' });
  });

  it('is answered 504 at its deadline, and its work is told to stop', async () => {
    const clock = new VirtualClock();
    let reason: unknown;
    const { app, exchanges } = await serve(
      (instance) =>
        instance.get('/slow', async ({ context }) => {
          await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
          reason = context.signal.reason;
          return 'too late';
        }),
      { clock },
    );
    await app.ready();
    const answered = app.inject({ url: '/slow', headers: { 'grpc-timeout': '200m' } });
    while (clock.pending === 0) await clock.settle();
    await clock.advance(200);
    const answer = await answered;
    assert.equal(answer.statusCode, 504);
    assert.equal(answer.json().type, problemTypes.deadlineExceeded);
    assert.equal((reason as { code?: string }).code, 'DEADLINE_EXCEEDED');
    assert.equal(exchanges[0]?.status, 504);
    assert.equal(clock.pending, 0, 'no timer is left behind');
  });

  it('whose caller hangs up is told to stop', async () => {
    const begun = Promise.withResolvers<void>();
    const told = Promise.withResolvers<unknown>();
    const { app, exchanges } = await serve((instance) =>
      instance.post('/slow', async ({ context }) => {
        context.signal.addEventListener('abort', () => told.resolve(context.signal.reason));
        begun.resolve();
        await told.promise;
      }),
    );
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      'POST /slow HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}',
    );
    await begun.promise;
    socket.destroy();
    assert.equal(((await told.promise) as { code?: string }).code, 'CALLER_GONE');
    assert.equal(exchanges[0]?.aborted, true);
    await app.close();
  });
});

describe('an error', () => {
  const failing = (error: unknown) => (app: FastifyInstance) => {
    app.get('/', async () => {
      throw error;
    });
  };

  it('that is a problem is answered as it is, with its headers', async () => {
    const error = new ProblemError(
      { status: 409, type: 'https://shop.example/out-of-stock', title: 'Out of stock', available: 3 },
      { headers: { 'retry-after': '60' } },
    );
    const { app, exchanges } = await serve(failing(error));
    const answer = await app.inject('/');
    assert.equal(answer.statusCode, 409);
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
    assert.equal(answer.headers['retry-after'], '60');
    assert.deepEqual(answer.json(), {
      type: 'https://shop.example/out-of-stock',
      title: 'Out of stock',
      status: 409,
      available: 3,
    });
    assert.equal(exchanges[0]?.error, error);
  });

  it('that nobody meant for the caller says nothing of its cause', async () => {
    const { app } = await serve(failing(new Error('password=hunter2')));
    const answer = await app.inject('/');
    assert.deepEqual(answer.json(), { type: 'about:blank', title: 'Internal Server Error', status: 500 });
  });

  it('of the toolkit is answered by its code', async () => {
    const cases = [
      ['DEADLINE_EXCEEDED', 504, undefined],
      ['TIMEOUT', 504, undefined],
      ['CIRCUIT_OPEN', 503, 1_200],
      ['OVERLOADED', 503, 10],
      ['BULKHEAD_FULL', 503, undefined],
      ['RATE_LIMITED', 429, 3_000],
    ] as const;
    for (const [code, status, retryAfter] of cases) {
      const { app } = await serve(failing(Object.assign(new Error('inside'), { code, retryAfter })));
      const answer = await app.inject('/');
      assert.equal(answer.statusCode, status, code);
      const expected = retryAfter && String(Math.ceil(retryAfter / 1000));
      assert.equal(answer.headers['retry-after'], expected, code);
      assert.ok(!answer.body.includes('inside'), code);
    }
  });

  it('of a request that does not fit names every place', async () => {
    const { app } = await serve((instance) => {
      const body = {
        type: 'object',
        required: ['article', 'count'],
        properties: { article: { type: 'string' }, count: { type: 'integer', minimum: 1 } },
      };
      instance.post('/orders', { schema: { body } }, async () => 'taken');
    });
    const answer = await app.inject({ method: 'POST', url: '/orders', payload: { article: 'a', count: 0 } });
    assert.equal(answer.statusCode, 400);
    const { type, errors } = answer.json();
    assert.equal(type, problemTypes.invalidRequest);
    assert.deepEqual(errors, [{ in: 'body', pointer: '#/count', detail: 'must be >= 1' }]);
  });

  it('for a path that is not there is a problem with the trace it belongs to', async () => {
    const { app } = await serve(() => {});
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const answer = await app.inject({ url: '/nowhere', headers: { traceparent } });
    assert.equal(answer.statusCode, 404);
    assert.equal(answer.json().traceId, '4bf92f3577b34da6a3ce929d0e0e4736');
  });
});

describe('a deprecated operation', () => {
  const route = (enforce: boolean) => (app: FastifyInstance) => {
    app.get(
      '/v1/orders',
      {
        config: {
          deprecation: {
            since: '2025-12-01',
            sunset: '2026-06-01',
            documentation: 'https://shop.example/docs/v2',
            successor: '/v2/orders',
            enforce,
          },
        },
      },
      async () => [],
    );
  };

  it('says since when, until when, and what to use instead', async () => {
    const { app } = await serve(route(false));
    const { headers, statusCode } = await app.inject('/v1/orders');
    assert.equal(statusCode, 200);
    assert.equal(headers.deprecation, '@1764547200');
    assert.equal(headers.sunset, 'Mon, 01 Jun 2026 00:00:00 GMT');
    assert.equal(
      headers.link,
      '<https://shop.example/docs/v2>; rel="deprecation"; type="text/html", </v2/orders>; rel="successor-version"',
    );
  });

  it('is gone after its sunset when that is enforced', async () => {
    const clock = new VirtualClock({ wall: Date.UTC(2026, 4, 31, 23, 59, 59) });
    const { app } = await serve(route(true), { clock });
    assert.equal((await app.inject('/v1/orders')).statusCode, 200);
    await clock.advance(1_000);
    const gone = await app.inject('/v1/orders');
    assert.equal(gone.statusCode, 410);
    assert.equal(gone.json().type, problemTypes.retired);
    assert.equal(gone.headers.sunset, 'Mon, 01 Jun 2026 00:00:00 GMT');
  });
});

describe('a server', () => {
  it('describes itself as plain data', async () => {
    const { app, http } = await serve((instance) => instance.get('/a', async () => 'a'), { name: 'public' });
    await app.inject('/a');
    const description = http.describe();
    assert.deepEqual(JSON.parse(JSON.stringify(description)), description);
    assert.deepEqual(description.routes, ['GET /a', 'HEAD /a']);
    assert.equal(description.name, 'public');
    assert.equal(description.open, 0);
  });

  it('refuses options that make no sense', () => {
    assert.throws(() => httpServer({ maximumTime: 0 }), /maximumTime is 0: give it/);
    assert.throws(() => httpServer({ shedding: { wait: -1 } }), /wait is -1: give it/);
    assert.throws(() => httpServer({ shedding: { wait: 60, burst: 50 } }), /burst is 50: give it at least/);
  });

  it('gives a context of its own to nobody outside a request', async () => {
    const { app } = await serve((instance) => instance.get('/a', async () => 'a'));
    await app.inject('/a');
    assert.equal(currentContext(), rootContext);
  });
});
