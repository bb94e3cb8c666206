import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import fastify from 'fastify';
import { currentContext, deriveContext, rootContext, runInContext } from '../../context/index.ts';
import { ResilienceRegistry } from '../../resilience/index.ts';
import { httpClient, httpServer, ProblemError, problemTypes, UnreachableError } from '../index.ts';
import type { HttpAttempt, HttpClientOptions } from './options.ts';

const closing: (() => Promise<unknown>)[] = [];
after(() => Promise.all(closing.map((close) => close())));

/** A server of bare node:http, to see exactly what is sent. */
async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function client(baseUrl: string, options: Partial<HttpClientOptions> = {}) {
  const attempts: HttpAttempt[] = [];
  const stock = httpClient({
    service: 'stock',
    baseUrl,
    retries: 1,
    observers: [{ finished: (attempt) => void attempts.push(attempt) }],
    ...options,
  });
  closing.push(() => stock.close());
  return { stock, attempts };
}

describe('a client', () => {
  it('shows what stands between it and the network in the registry that it is given', async () => {
    const url = await serve((_, response) => void response.writeHead(503).end());
    const registry = new ResilienceRegistry();
    const { stock } = client(url, { registry });
    await stock.request({ path: '/' });
    const retries = registry.snapshot().find(({ kind }) => kind === 'retry');
    assert.equal(retries?.pipeline, 'stock');
    assert.equal(retries.counters.retries, 1);
  });
});

describe('a request', () => {
  it('carries the context it is made in, with the time that is left', async () => {
    let seen: IncomingMessage['headers'] = {};
    const url = await serve((request, response) => {
      seen = request.headers;
      response.setHeader('content-type', 'application/json').end('{"price":12}');
    });
    const { stock } = client(url, { timeout: 5_000 });
    const context = deriveContext(rootContext, {
      timeout: 60_000,
      priority: 'high',
      tenant: 'acme',
      trace: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 1 },
      baggage: { campaign: 'spring' },
    });
    const answer = await runInContext(context, () => stock.request({ path: '/prices/1' }));
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, { price: 12 });
    assert.equal(seen['request-priority'], 'high');
    assert.equal(seen['request-tenant'], 'acme');
    assert.equal(seen.traceparent, `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`);
    assert.equal(seen.baggage, 'campaign=spring');
    const left = Number(/^(\d+)m$/.exec(String(seen['grpc-timeout']))?.[1]);
    assert.ok(left > 0 && left <= 5_000, `the client's own limit counts: ${seen['grpc-timeout']}`);
  });

  it('to a stranger carries nothing of ours', async () => {
    let seen: IncomingMessage['headers'] = {};
    const url = await serve((request, response) => {
      seen = request.headers;
      response.end();
    });
    const { stock } = client(url, { internal: false });
    const context = deriveContext(rootContext, { timeout: 60_000, tenant: 'acme', baggage: { a: 'b' } });
    await runInContext(context, () => stock.request({ path: '/' }));
    for (const name of ['request-tenant', 'baggage', 'grpc-timeout', 'traceparent']) {
      assert.equal(seen[name], undefined, name);
    }
  });

  it('sends path, query, headers and body as they are given', async () => {
    const url = await serve((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const { method, url: target, headers } = request;
        const body = Buffer.concat(parts).toString();
        response.setHeader('content-type', 'application/problem+json; charset=utf-8');
        response.end(
          JSON.stringify({ method, target, type: headers['content-type'], mine: headers.mine, body }),
        );
      });
    });
    const { stock } = client(`${url}/base/`);
    const { body } = await stock.request({
      method: 'PUT',
      path: '/a',
      query: { tag: ['x', 'y z'], page: 2, none: undefined },
      headers: { mine: 'yes', other: undefined },
      body: { a: 1 },
    });
    assert.deepEqual(body, {
      method: 'PUT',
      target: '/base/a?tag=x&tag=y+z&page=2',
      type: 'application/json',
      mine: 'yes',
      body: '{"a":1}',
    });
  });

  it('reads text as text and other bytes as bytes', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/empty') response.writeHead(204).end();
      else if (request.url === '/text') response.setHeader('content-type', 'text/plain').end('hello');
      else response.setHeader('content-type', 'image/png').end(Buffer.from([1, 2, 3]));
    });
    const { stock } = client(url);
    assert.equal((await stock.request({ path: '/empty' })).body, undefined);
    assert.equal((await stock.request({ path: '/text' })).body, 'hello');
    assert.deepEqual((await stock.request({ path: '/image' })).body, new Uint8Array([1, 2, 3]));
  });
});

describe('a deadline', () => {
  it('that has passed lets nothing begin', async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests += 1;
      response.end();
    });
    const { stock, attempts } = client(url);
    const context = deriveContext(rootContext, { deadline: Date.now() - 1 });
    await assert.rejects(
      runInContext(context, () => stock.request({ path: '/' })),
      { code: 'DEADLINE_EXCEEDED' },
    );
    assert.equal(requests, 0);
    assert.equal(attempts.length, 0);
  });

  it('ends a request at hand, on both sides', async () => {
    const told = Promise.withResolvers<string>();
    const app = fastify();
    await app.register(httpServer({ trusted: true }).plugin);
    app.get('/slow', async () => {
      const { signal } = currentContext();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      told.resolve((signal.reason as { code: string }).code);
    });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    closing.push(() => app.close());
    const { stock, attempts } = client(url, { timeout: 50, retries: 0 });
    await assert.rejects(stock.request({ path: '/slow' }), { code: /^(DEADLINE_EXCEEDED|TIMEOUT)$/ });
    assert.match(await told.promise, /^(DEADLINE_EXCEEDED|CALLER_GONE)$/);
    assert.equal(attempts.length, 1);
  });

  it('is the shortest of the context, the client and the request', async () => {
    const seen: number[] = [];
    const url = await serve((request, response) => {
      seen.push(Number.parseInt(String(request.headers['grpc-timeout']), 10));
      response.end();
    });
    const { stock } = client(url, { timeout: 30_000 });
    await stock.request({ path: '/', timeout: 20_000 });
    await runInContext(deriveContext(rootContext, { timeout: 10_000 }), () =>
      stock.request({ path: '/', timeout: 20_000 }),
    );
    const [first = 0, second = 0] = seen;
    assert.ok(first > 10_000 && first <= 20_000 && second > 0 && second <= 10_000, String(seen));
  });
});

describe('a failure', () => {
  const failingFirst = (status: number, times: number, body = '') => {
    let requests = 0;
    const url = serve((_, response) => {
      requests += 1;
      if (requests > times) response.end('well');
      else response.writeHead(status, { 'content-type': 'application/problem+json' }).end(body);
    });
    return { url, requests: () => requests };
  };

  it('that may pass is tried again for what may be sent twice', async () => {
    const server = failingFirst(503, 1);
    const { stock, attempts } = client(await server.url);
    assert.equal((await stock.request({ path: '/' })).status, 200);
    assert.deepEqual(
      attempts.map(({ number, status }) => [number, status]),
      [
        [1, 503],
        [2, 200],
      ],
    );
  });

  it('is given as the answer that it is when trying again did not help', async () => {
    const server = failingFirst(502, 9, '{"title":"Broken"}');
    const { stock } = client(await server.url);
    const answer = await stock.request({ path: '/' });
    assert.equal(answer.status, 502);
    assert.deepEqual(answer.body, { title: 'Broken' });
    assert.equal(server.requests(), 2);
  });

  it('of what may not be sent twice is not tried again', async () => {
    const server = failingFirst(503, 1);
    const { stock } = client(await server.url);
    assert.equal((await stock.request({ method: 'POST', path: '/' })).status, 503);
    assert.equal(server.requests(), 1);
  });

  it('of a POST is tried again with an idempotency key, or when the service did not begin', async () => {
    const keyed = failingFirst(503, 1);
    const { stock } = client(await keyed.url);
    const headers = { 'idempotency-key': '"k1"' };
    assert.equal((await stock.request({ method: 'POST', path: '/', headers })).status, 200);
    const shed = failingFirst(503, 1, JSON.stringify({ type: problemTypes.overloaded, title: 'Busy' }));
    const other = client(await shed.url);
    assert.equal((await other.stock.request({ method: 'POST', path: '/' })).status, 200);
  });

  it('that a service further down was tried again for is not tried again here', async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests += 1;
      response.writeHead(503, { 'retry-exhausted': 'true' }).end();
    });
    const { stock } = client(url);
    assert.equal((await stock.request({ path: '/' })).status, 503);
    assert.equal(requests, 1);
  });

  it('to connect says so, and is tried again even for a POST', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const { stock, attempts } = client(`http://127.0.0.1:${port}`);
    await assert.rejects(stock.request({ method: 'POST', path: '/' }), (error) => {
      assert.ok(error instanceof UnreachableError);
      assert.equal(error.service, 'stock');
      assert.equal(error.unsent, true);
      return true;
    });
    assert.equal(attempts.length, 2);
  });

  it('opens the circuit, which then refuses at once', async () => {
    const url = await serve((_, response) => void response.writeHead(500).end());
    const { stock, attempts } = client(url, { retries: 0 });
    for (let count = 0; count < 20; count++) await stock.request({ path: '/' });
    await assert.rejects(stock.request({ path: '/' }), { code: 'CIRCUIT_OPEN' });
    assert.equal(attempts.length, 20);
  });

  it('of a caller further up is answered with its mark', async () => {
    const app = fastify();
    await app.register(httpServer({ trusted: true }).plugin);
    const down = failingFirst(503, 9);
    const { stock } = client(await down.url);
    app.get('/', async () => {
      const answer = await stock.request({ path: '/' });
      throw new ProblemError({ status: answer.status }, { cause: answer });
    });
    const answer = await app.inject('/');
    assert.equal(answer.statusCode, 503);
    assert.equal(answer.headers['retry-exhausted'], 'true');
  });
});

describe('a client', () => {
  it('tells once of an operation on its way out', async () => {
    const url = await serve((_, response) => {
      response
        .setHeader('deprecation', '@1764547200')
        .setHeader('sunset', 'Mon, 01 Jun 2026 00:00:00 GMT')
        .end();
    });
    const notices: unknown[] = [];
    const { stock } = client(url, {
      onDeprecation: (notice, operation) => notices.push({ notice, operation }),
    });
    await stock.request({ path: '/', operation: 'getPrice' });
    await stock.request({ path: '/', operation: 'getPrice' });
    assert.deepEqual(notices, [
      {
        notice: { since: new Date('2025-12-01T00:00:00Z'), sunset: new Date('2026-06-01T00:00:00Z') },
        operation: 'getPrice',
      },
    ]);
  });

  it('describes itself without credentials, and says what it needs', () => {
    const stock = httpClient({ service: 'stock', baseUrl: 'http://user:secret@stock:8080/v1/' });
    stock.uses(['reserve', 'getPrice']);
    const description = stock.describe();
    assert.deepEqual(structuredClone(description), description);
    assert.doesNotMatch(JSON.stringify(description), /secret/);
    assert.equal(description.baseUrl, 'http://stock:8080/v1');
    assert.deepEqual(stock.component().needs, {
      calls: [{ service: 'stock', operations: ['getPrice', 'reserve'] }],
    });
  });

  it('refuses options that make no sense', () => {
    assert.throws(() => httpClient({ service: 'stock', baseUrl: 'ftp://stock' }), /give it http/);
    assert.throws(
      () => httpClient({ service: 'stock', baseUrl: 'http://stock', timeout: 0 }),
      /timeout of stock is 0/,
    );
  });
});
