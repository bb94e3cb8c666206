import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generateApi } from '../index.ts';

const run = promisify(execFile);
const source = new URL('./fixtures/orders.yaml', import.meta.url);
const toolkit = fileURLToPath(new URL('../index.ts', import.meta.url));
const project = fileURLToPath(new URL('../../../../', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'ninefold-generated-'));
after(() => rmSync(directory, { recursive: true }));

/** Uses the generated code as a service and its client would; each line that must not compile says so. */
const usage = `
import assert from 'node:assert/strict';
import fastify from '${project}node_modules/fastify/fastify.js';
import { apiClient, type Handlers, httpClient, httpServer, loadOpenapi, memoryIdempotencyStore, registerOperations } from '${toolkit}';
import { api, type Order, type operations } from './orders-api.ts';

const order: Order = {
  orderId: '0b1c5a2e-6d9f-4f0e-8c55-0a4f9a1f7c11', status: 'open', article: '4711', count: 2,
};
const handlers: Handlers<operations> = {
  listOrders: async ({ query }) => {
    const statuses: readonly ('open' | 'paid')[] = query?.status ?? [];
    return { status: 200, headers: { 'next-page': \`\${statuses.join('+')} \${query?.limit}\` }, body: [order] };
  },
  placeOrder: async ({ body }) => {
    if (body.count > 10) return { status: 409, body: { title: 'Not enough', available: 10 } };
    return { status: 201, body: { ...order, article: body.article, count: body.count } };
  },
  getOrder: async ({ path }) =>
    path.orderId === order.orderId ? { status: 200, body: order } : { status: 404, body: { title: 'None' } },
  changeOrder: async ({ body }) => (body.note === 'no' ? { status: 422 } : { status: 204 }),
};

const app = fastify();
const document = await loadOpenapi(new URL('${source.href}'));
const http = httpServer({ openapi: document, idempotency: { store: memoryIdempotencyStore() } });
await app.register(http.plugin);
await registerOperations(app, { document, handlers, api, answers: 'refuse' });
const baseUrl = await app.listen({ port: 0, host: '127.0.0.1' });
const client = httpClient({ service: 'orders', baseUrl, onDeprecation: () => {} });
const orders = apiClient(client, api, ['listOrders', 'placeOrder', 'getOrder', 'changeOrder']);

const placed = await orders.placeOrder({ body: { article: '1', count: 3 } }, { idempotencyKey: 'a' });
if (placed.status !== 201) throw new Error(placed.body.title);
const count: number = placed.body.count;
assert.equal(count, 3);

const again = await orders.placeOrder({ body: { article: '1', count: 3 } }, { idempotencyKey: 'a' });
assert.equal(again.headers['idempotency-replayed'], 'true');

const refused = await orders.placeOrder({ body: { article: '1', count: 11 } });
assert.ok(refused.status === 409);
const available: number | undefined = refused.body.available;
assert.equal(available, 10);

const listed = await orders.listOrders({ query: { status: ['open', 'paid'] } });
assert.equal(listed.headers['next-page'], 'open+paid 20');
assert.equal(listed.headers['deprecation'], '@1764547200');
assert.equal((await orders.listOrders({ query: { status: ['open'], limit: 5 } })).headers['next-page'], 'open 5');
assert.equal((await orders.listOrders({})).body[0]?.article, '4711');

assert.equal((await orders.getOrder({ path: { orderId: order.orderId } })).status, 200);
assert.equal((await orders.getOrder({ path: { orderId: '00000000-0000-4000-8000-000000000000' } })).status, 404);
await assert.rejects(orders.getOrder({ path: { orderId: 'a/b' } }), (error: Error & { problem?: { status: number } }) => {
  assert.equal(error.problem?.status, 400);
  return true;
});
assert.equal((await orders.changeOrder({ path: { orderId: order.orderId }, body: { note: null } })).status, 204);
assert.equal((await orders.changeOrder({ path: { orderId: order.orderId }, body: { note: 'no' } })).status, 422);

async function wrong() {
  // @ts-expect-error count is a number
  await orders.placeOrder({ body: { article: '1', count: '3' } });
  // @ts-expect-error the body is required
  await orders.placeOrder({});
  // @ts-expect-error no such status
  await orders.listOrders({ query: { status: ['lost'] } });
  // @ts-expect-error only the operations that were asked for
  await apiClient(client, api, ['getOrder']).placeOrder({ body: { article: '1', count: 3 } });
  // @ts-expect-error not an operation
  apiClient(client, api, ['getOrders']);
  // @ts-expect-error the path is required
  await orders.getOrder({});
  const answer = await orders.getOrder({ path: { orderId: '1' } });
  // @ts-expect-error a problem has no article
  answer.body.article;
  // @ts-expect-error 204 has no body
  const changed: Handlers<operations>['changeOrder'] = async () => ({ status: 204, body: 'x' });
  // @ts-expect-error 500 is not described
  const broken: Handlers<operations>['getOrder'] = async () => ({ status: 500, body: order });
  return [changed, broken];
}
assert.equal(typeof wrong, 'function');
assert.deepEqual(client.component().needs, {
  calls: [{ service: 'orders', operations: ['changeOrder', 'getOrder', 'listOrders', 'placeOrder'] }],
});
await client.close();
await app.close();
console.log('called through');
`;

describe('generated code', () => {
  before(async () => {
    writeFileSync(join(directory, 'orders-api.ts'), await generateApi(source, { module: toolkit }));
    writeFileSync(join(directory, 'usage.ts'), usage);
    writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
    const extended = JSON.stringify({
      extends: join(project, 'tsconfig.json'),
      compilerOptions: { incremental: false, typeRoots: [join(project, 'node_modules/@types')] },
      include: ['*.ts'],
      exclude: [],
    });
    writeFileSync(join(directory, 'tsconfig.json'), extended);
  });

  it('type-checks together with a server and a client that use it, and refuses wrong use', async () => {
    const compiler = join(project, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [compiler, '-p', directory]).catch((error) => error);
    assert.equal(stdout, '');
  });

  it('carries calls from the client to the handlers and back', async () => {
    const { stdout } = await run(process.execPath, [join(directory, 'usage.ts')]);
    assert.equal(stdout, 'called through\n');
  });

  it('is the same every time, and says where it comes from without a path', async () => {
    const [one, other] = await Promise.all([generateApi(source), generateApi(source)]);
    assert.equal(one, other);
    assert.match(one, /^\/\/ Written by `ninefold-toolkit generate orders\.yaml`\. Do not edit\.\n/);
    assert.doesNotMatch(one, /\/fixtures\//);
  });
});
