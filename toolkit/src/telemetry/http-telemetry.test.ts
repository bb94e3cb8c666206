import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import fastify, { type FastifyInstance } from 'fastify';
import { rootContext } from '../context/index.ts';
import { httpClient, httpServer } from '../http/index.ts';
import {
  createMetrics,
  createWideEvents,
  httpClientTelemetry,
  httpServerTelemetry,
  wideEvent,
} from './index.ts';

interface Written {
  level: string;
  message: string;
  fields: Record<string, unknown>;
}

const written: Written[] = [];
const write = (level: string) => (fields: object, message: string) =>
  void written.push({ level, message, fields: fields as Written['fields'] });
const metrics = createMetrics({ process: false });
const wideEvents = createWideEvents({ logger: { info: write('info'), error: write('error') }, rate: 1 });
const closing: (() => Promise<unknown>)[] = [];
after(() => Promise.all(closing.map((close) => close())));

async function serve(routes: (app: FastifyInstance) => void): Promise<string> {
  const app = fastify();
  await app.register(
    // What is to be seen here is not how a machine that is busy with something else is treated.
    httpServer({ trusted: true, shedding: false, observers: [httpServerTelemetry({ metrics, wideEvents })] })
      .plugin,
  );
  routes(app);
  closing.push(() => app.close());
  return app.listen({ port: 0, host: '127.0.0.1' });
}

describe('a server and its clients, observed', () => {
  it('show each request in one wide event with what it called, and in metrics by the conventions', async () => {
    const stockUrl = await serve((app) => {
      app.get('/prices/:article', async (request, reply) => {
        const { article } = request.params as { article: string };
        return article === 'missing' ? reply.code(404).send({}) : { price: 7 };
      });
    });
    const stock = httpClient({
      service: 'stock',
      baseUrl: stockUrl,
      observers: [httpClientTelemetry({ metrics, wideEvents: true })],
    });
    closing.push(() => stock.close());
    const shopUrl = await serve((app) => {
      app.get('/orders/:id', async (request) => {
        const { id } = request.params as { id: string };
        wideEvent().set({ 'order.id': id });
        await stock.request({ method: 'GET', path: '/prices/shirt', operation: 'getPrice' });
        await stock.request({ method: 'GET', path: '/prices/missing', operation: 'getPrice' });
        await Promise.resolve();
        wideEvent().add('order.lines', 2);
        return { id };
      });
      app.get('/broken', async () => {
        throw Object.assign(new Error('no disk left'), { code: 'ENOSPC' });
      });
    });

    const [first, second, broken] = await Promise.all(
      ['/orders/1', '/orders/2', '/broken'].map((path) =>
        fetch(shopUrl + path, {
          headers: {
            traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
            'request-tenant': 'acme',
          },
        }),
      ),
    );
    assert.deepEqual([first?.status, second?.status, broken?.status], [200, 200, 500]);
    await Promise.all([first, second, broken].map((response) => response?.text()));
    // Answers are handed over before their observers are told.
    while (written.length < 7) await new Promise((resolve) => setImmediate(resolve));

    const orders = written.filter(({ message }) => message === 'GET /orders/:id');
    assert.deepEqual(orders.map(({ fields }) => fields['order.id']).sort(), ['1', '2']);
    for (const { level, fields } of orders) {
      assert.equal(level, 'info');
      assert.equal(fields['http.response.status_code'], 200);
      assert.equal(fields['http.route'], '/orders/:id');
      assert.equal(fields['order.lines'], 2);
      assert.equal(fields['calls.stock.count'], 2);
      assert.equal(fields['calls.stock.failed'], 1);
      assert.ok(Number(fields['calls.stock.duration_ms']) <= Number(fields.duration_ms));
      assert.equal(fields.trace_id, '4bf92f3577b34da6a3ce929d0e0e4736');
      assert.equal(fields.tenant, 'acme');
    }
    const failure = written.find(({ message }) => message === 'GET /broken');
    assert.equal(failure?.level, 'error');
    assert.equal(failure?.fields['error.type'], 'ENOSPC');

    const text = await metrics.render();
    const count = (pattern: RegExp) => Number(pattern.exec(text)?.[1]);
    const server = 'http_server_request_duration_seconds_count\\{http_request_method="GET",url_scheme="http"';
    assert.equal(
      count(
        new RegExp(
          `${server},http_route="/orders/:id",http_response_status_code="200",error_type=""\\} (\\d+)`,
        ),
      ),
      2,
    );
    assert.equal(
      count(
        new RegExp(
          `${server},http_route="/broken",http_response_status_code="500",error_type="ENOSPC"\\} (\\d+)`,
        ),
      ),
      1,
    );
    const client =
      'http_client_request_duration_seconds_count\\{http_request_method="GET",server_address="stock"';
    assert.equal(count(new RegExp(`${client},http_response_status_code="200",error_type=""\\} (\\d+)`)), 2);
    assert.equal(
      count(new RegExp(`${client},http_response_status_code="404",error_type="404"\\} (\\d+)`)),
      2,
    );
    assert.match(text, /http_server_active_requests\{http_request_method="GET",url_scheme="http"\} 0/);
  });

  it('count what was shed, and end what was not begun without harm', async () => {
    const telemetry = httpServerTelemetry({ metrics, wideEvents });
    const before = written.length;
    telemetry.finished({
      method: 'GET',
      route: '/orders/:id',
      status: 503,
      duration: 1,
      waited: 60,
      shed: 'overload',
      aborted: false,
      context: rootContext,
    });
    assert.equal(written.length, before);
    const text = await metrics.render();
    assert.match(
      text,
      /http_server_shed_requests_total\{shed_reason="overload",request_priority="normal"\} 1/,
    );
    assert.match(text, /http_server_active_requests\{http_request_method="GET",url_scheme="http"\} 0/);
  });
});
