import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fastify from 'fastify';
import { currentContext } from '../../context/index.ts';
import {
  checkRoutes,
  httpServer,
  loadOpenapi,
  memoryIdempotencyStore,
  OpenapiError,
  problemTypes,
  registerOperations,
} from '../index.ts';
import type { OpenapiDocument } from './document.ts';

const directory = mkdtempSync(join(tmpdir(), 'ninefold-openapi-'));
after(() => rmSync(directory, { recursive: true }));
let files = 0;

function load(text: string): Promise<OpenapiDocument> {
  const file = join(directory, `api-${++files}.yaml`);
  writeFileSync(file, text);
  return loadOpenapi(file);
}

async function problemsOf(work: Promise<unknown>): Promise<readonly string[]> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof OpenapiError, String(error));
  return error.problems.map((problem) => problem.replace(/^api-\d+\.yaml /, ''));
}

const orders = () => loadOpenapi(new URL('./fixtures/orders.yaml', import.meta.url));

describe('a document', () => {
  it('is read with the files that it refers to', async () => {
    const { title, version, operations, files: read } = await orders();
    assert.deepEqual({ title, version }, { title: 'Orders', version: '1.2.0' });
    assert.deepEqual(
      operations.map(({ id, method, route }) => `${id} ${method} ${route}`),
      [
        'listOrders GET /orders',
        'placeOrder POST /orders',
        'getOrder GET /orders/:orderId',
        'changeOrder PATCH /orders/:orderId',
      ],
    );
    assert.equal(read.size, 2);
  });

  it('that is not fit says everything that is wrong', async () => {
    const text = `
openapi: 3.0.3
info: { title: Orders }
paths:
  /a/{id}:
    get: { responses: { '200': { description: ok } } }
  /b/{x}.json:
    get:
      operationId: getB
      parameters:
        - { name: x, in: path, required: true, schema: { type: string } }
        - { name: session, in: cookie, schema: { type: string } }
        - { name: filter, in: query, style: deepObject, schema: { type: object } }
      responses: {}
  /c:
    get: { operationId: getB, responses: { '200': { description: ok } } }
    post: { operationId: not-a-name, requestBody: {}, responses: { '200': { description: ok } } }
`;
    assert.deepEqual(await problemsOf(load(text)), [
      'openapi is "3.0.3": write the document in OpenAPI 3.1',
      'info.version is missing: give the API a version, such as 1.0.0',
      'GET /a/{id} does not describe the path parameter id: list it under parameters',
      'GET /a/{id} has no operationId: give it one, which is the name in generated code',
      'GET /b/{x}.json has the parameter session in cookie, which is not supported: use path, query or header',
      'GET /b/{x}.json has the parameter filter in a style of its own, which is not supported: leave style and explode out',
      'GET /b/{x}.json has a path segment that is partly a parameter: make the parameter a segment of its own',
      'GET /b/{x}.json has no responses: describe what it answers',
      'GET /c has the operationId getB, as GET /b/{x}.json does: give each its own',
      'POST /c has a requestBody without content: say its media type and schema',
      'POST /c has the operationId "not-a-name": write it as a name in code, such as placeOrder',
    ]);
  });

  it('that refers to the network, or to a file that is not there, is refused', async () => {
    const text = (reference: string) => `
openapi: 3.1.0
info: { title: A, version: 1.0.0 }
paths: { /a: { $ref: '${reference}' } }
`;
    assert.match(
      String(await problemsOf(load(text('https://elsewhere.example/a.yaml')))),
      /keep a copy beside it/,
    );
    assert.match(String(await problemsOf(load(text('missing.yaml')))), /missing\.yaml can't be read: ENOENT/);
  });
});

describe('the routes of a server', () => {
  it('match the document whatever their parameters are called', async () => {
    const routes = [
      'GET /orders',
      'HEAD /orders',
      'POST /orders',
      'GET /orders/:id',
      'HEAD /orders/:id',
      'PATCH /orders/:id',
      'OPTIONS *',
    ];
    assert.deepEqual(checkRoutes(await orders(), routes), []);
  });

  it('that differ from the document keep the server from starting, with everything that differs', async () => {
    const app = fastify();
    await app.register(httpServer({ openapi: await orders() }).plugin);
    app.get('/orders', async () => []);
    app.get('/orders/:orderId', async () => ({}));
    app.delete('/orders/:orderId', async () => ({}));
    app.get('/internals', { config: { internal: true } }, async () => ({}));
    assert.deepEqual(await problemsOf(Promise.resolve(app.ready())), [
      'orders.yaml POST /orders (placeOrder) is not served: add the route, or take it out of the document',
      'orders.yaml PATCH /orders/{orderId} (changeOrder) is not served: add the route, or take it out of the document',
      'DELETE /orders/:orderId is served, but orders.yaml does not describe it: describe it, or mark the route with config.internal',
    ]);
  });

  it('are only registered when every operation has a handler and the generated code is of this version', async () => {
    const app = fastify();
    const nothing = async () => ({ status: 200 });
    const registering = registerOperations<Record<string, never>>(app, {
      document: await orders(),
      handlers: { placeOrder: nothing, getOrder: nothing, changeOrder: nothing, cancel: nothing } as never,
      routes: { getOrders: { priority: 'high' } } as never,
      api: { title: 'Orders', version: '1.1.0', operations: {} },
    });
    assert.deepEqual(await problemsOf(registering), [
      'orders.yaml GET /orders has no handler: give handlers.listOrders',
      'handlers.cancel is no operation of orders.yaml: it has listOrders, placeOrder, getOrder, changeOrder',
      'routes.getOrders is no operation of orders.yaml: it has listOrders, placeOrder, getOrder, changeOrder',
      'orders.yaml is Orders 1.2.0, and the generated code is of Orders 1.1.0: generate it again',
    ]);
  });
});

describe('a request to a described operation', () => {
  async function serve(answer: { status: number; body?: unknown }, answers?: 'report' | 'refuse') {
    const app = fastify();
    const document = await orders();
    await app.register(
      httpServer({ openapi: document, idempotency: { store: memoryIdempotencyStore() } }).plugin,
    );
    const handlers = Object.fromEntries(
      document.operations.map(({ id }) => [id, async () => answer]),
    ) as never;
    await registerOperations<Record<string, never>>(app, { document, handlers, ...(answers && { answers }) });
    return app;
  }

  it('that does not fit is refused with every violation', async () => {
    const app = await serve({ status: 201 });
    const answer = await app.inject({
      method: 'POST',
      url: '/orders',
      payload: { article: '', count: 0, note: 1 },
    });
    assert.equal(answer.statusCode, 400);
    assert.equal(answer.json().type, problemTypes.invalidRequest);
    assert.deepEqual(
      answer
        .json()
        .errors.map(({ in: part, pointer }: { in: string; pointer: string }) => `${part} ${pointer}`),
      ['body #/article', 'body #/count', 'body #/note'],
    );
    const parameter = await app.inject('/orders/4711');
    assert.deepEqual(parameter.json().errors, [
      { in: 'params', pointer: '#/orderId', detail: 'must match format "uuid"' },
    ]);
    const query = await app.inject('/orders?limit=1000&status=lost');
    assert.equal(query.json().errors.length, 2);
  });

  it('has what its operation has beside the document, such as a priority', async () => {
    const app = fastify();
    const document = await orders();
    const seen: string[] = [];
    await app.register(
      httpServer({ openapi: document, idempotency: { store: memoryIdempotencyStore() } }).plugin,
    );
    const answer = async () => {
      seen.push(currentContext().priority);
      return { status: 200, body: [] };
    };
    const handlers = Object.fromEntries(document.operations.map(({ id }) => [id, answer])) as never;
    const routes = { listOrders: { priority: 'low' } } as never;
    await registerOperations<Record<string, never>>(app, { document, handlers, routes });
    await app.inject('/orders');
    await app.inject('/orders/0b1c5a2e-6d9f-4f0e-8c55-0a4f9a1f7c11');
    assert.deepEqual(seen, ['low', 'normal']);
  });

  it('without its body is refused', async () => {
    const app = await serve({ status: 201 });
    const answer = await app.inject({ method: 'POST', url: '/orders' });
    assert.equal(answer.statusCode, 400);
    assert.deepEqual(answer.json().errors, [{ in: 'body', pointer: '#', detail: 'is required' }]);
  });

  it('is not answered with what the document does not describe, when that is asked for', async () => {
    const url = '/orders/0b1c5a2e-6d9f-4f0e-8c55-0a4f9a1f7c11';
    const wrong = { status: 200, body: { orderId: 'x' } };
    assert.equal((await (await serve(wrong)).inject(url)).statusCode, 200);
    assert.equal((await (await serve(wrong, 'report')).inject(url)).statusCode, 200);
    const refused = await (await serve(wrong, 'refuse')).inject(url);
    assert.equal(refused.statusCode, 500);
    assert.equal(refused.json().type, problemTypes.invalidAnswer);
  });
});
