import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  circuitBreaker,
  concurrencyLimit,
  pipeline,
  ResilienceRegistry,
  timeout,
} from '../resilience/index.ts';
import { VirtualClock } from '../testing/index.ts';
import { bindResilienceMetrics, conventions, createMetrics, prometheusName } from './index.ts';

test('names are those that OpenTelemetry metrics have in Prometheus', () => {
  const expected: [Parameters<typeof prometheusName>, string][] = [
    [['http.server.request.duration', 's', 'histogram'], 'http_server_request_duration_seconds'],
    [['http.server.active_requests', '{request}', 'up-down-counter'], 'http_server_active_requests'],
    [['http.server.request.body.size', 'By', 'histogram'], 'http_server_request_body_size_bytes'],
    [['messaging.client.sent.messages', '{message}', 'counter'], 'messaging_client_sent_messages_total'],
    [['system.network.io', 'By/s', 'gauge'], 'system_network_io_bytes_per_second'],
    [['queue.fill', '1', 'gauge'], 'queue_fill_ratio'],
    [['requests.seconds.total', 's', 'counter'], 'requests_seconds_total_seconds_total'],
    [['uptime_seconds', 's', 'gauge'], 'uptime_seconds'],
    [['4xx.answers', '{answer}', 'counter'], '_4xx_answers_total'],
    [['a..b--c', '', 'gauge'], 'a_b_c'],
  ];
  for (const [parameters, name] of expected) assert.equal(prometheusName(...parameters), name);
});

test('a histogram by the conventions shows its buckets, labels and sums', async () => {
  const metrics = createMetrics({ process: false, service: { name: 'orders', version: '1.4.0' } });
  const duration = metrics.histogram(conventions.httpServerRequestDuration);
  duration.record(0.02, {
    'http.request.method': 'GET',
    'url.scheme': 'http',
    'http.route': '/orders/:id',
    'http.response.status_code': 200,
  });
  duration.record(3, { 'http.request.method': 'BREW', 'url.scheme': 'http' });
  const text = await metrics.render();
  assert.ok(
    text.includes('target_info{service_name="orders",service_version="1.4.0",service_namespace=""} 1'),
  );
  assert.ok(text.includes('# TYPE http_server_request_duration_seconds histogram'));
  const labels =
    'http_request_method="GET",url_scheme="http",http_route="/orders/:id",http_response_status_code="200",error_type=""';
  assert.ok(text.includes(`http_server_request_duration_seconds_bucket{le="0.01",${labels}} 0`), text);
  assert.ok(text.includes(`http_server_request_duration_seconds_bucket{le="0.025",${labels}} 1`));
  assert.ok(text.includes(`http_server_request_duration_seconds_count{${labels}} 1`));
  assert.ok(text.includes('http_request_method="_OTHER"'));
});

test('however values come, a metric never has more series than it may, and no measurement is lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          color: fc.constantFrom('red', 'green', 'blue'),
          id: fc.nat({ max: 60 }),
          path: fc.nat({ max: 60 }),
        }),
        { minLength: 1, maxLength: 400 },
      ),
      async (measurements) => {
        const metrics = createMetrics({ process: false, maximumSeries: 20 });
        const counter = metrics.counter({
          name: 'things',
          description: 'Things',
          unit: '{thing}',
          attributes: { color: ['red', 'green'], id: 10, path: 30 },
        });
        for (const attributes of measurements) counter.add(1, attributes);
        const text = await metrics.render();
        const series = text.split('\n').filter((line) => line.startsWith('things_total{'));
        const sum = series.reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
        assert.equal(sum, measurements.length);
        // Beyond the bound there is at most one series for each combination of listed values.
        assert.ok(series.length <= 20 + 3, `${series.length} series`);
        const distinct = (label: string) =>
          new Set(series.map((line) => new RegExp(`${label}="([^"]*)"`).exec(line)?.[1])).size;
        assert.ok(distinct('color') <= 3);
        assert.ok(distinct('id') <= 11);
      },
    ),
    { numRuns: 40 },
  );
});

test('what lay beyond a bound is counted by metric and attribute', async () => {
  const metrics = createMetrics({ process: false });
  const counter = metrics.counter({
    name: 'visits',
    description: 'Visits',
    unit: '{visit}',
    attributes: { user: 2 },
  });
  for (const user of ['a', 'b', 'c', 'd', 'a']) counter.add(1, { user });
  const text = await metrics.render();
  assert.ok(text.includes('visits_total{user="_OTHER"} 2'));
  assert.ok(text.includes('telemetry_attribute_overflow_total{metric="visits",attribute="user"} 2'));
});

test('a bound series is the one of its attributes, also beyond their bounds', async () => {
  const metrics = createMetrics({ process: false });
  const attributes = { user: 1 };
  const visits = metrics.counter({ name: 'visits', description: 'Visits', unit: '{visit}', attributes });
  const open = metrics.upDownCounter({ name: 'open', description: 'Open', unit: '{visit}', attributes });
  const length = metrics.histogram({ name: 'length', description: 'Length', unit: 's', attributes });
  for (const user of ['a', 'b']) {
    const bound = [visits.bind({ user }), open.bind({ user }), length.bind({ user })] as const;
    for (let time = 0; time < 3; time += 1) {
      bound[0].add(2);
      bound[1].add(-1);
      bound[2].record(1);
    }
    bound[0].add(-1);
    visits.add(1, { user });
  }
  const text = await metrics.render();
  for (const user of ['a', '_OTHER']) {
    assert.match(text, new RegExp(`^visits_total\\{user="${user}"\\} 7$`, 'm'));
    assert.match(text, new RegExp(`^open\\{user="${user}"\\} -3$`, 'm'));
    assert.match(text, new RegExp(`^length_seconds_count\\{user="${user}"\\} 3$`, 'm'));
  }
  const overflow = (metric: string, count: number) =>
    `telemetry_attribute_overflow_total{metric="${metric}",attribute="user"} ${count}`;
  for (const line of [overflow('visits', 5), overflow('open', 3), overflow('length', 3)]) {
    assert.ok(text.includes(line), `${line}\n${text}`);
  }
});

test('gauges and up-down counters go up and down; the same definition gives the same instrument, another is refused', async () => {
  const metrics = createMetrics({ process: false });
  const open = { name: 'carts.open', description: 'Open carts', unit: '{cart}' } as const;
  metrics.gauge(open).set(5);
  metrics.gauge(open).add(-2);
  metrics.upDownCounter({ name: 'sockets', description: 'Sockets', unit: '{socket}' }).add(3);
  const text = await metrics.render();
  assert.match(text, /^carts_open 3$/m);
  assert.match(text, /^sockets 3$/m);
  assert.throws(() => metrics.gauge({ ...open }), /carts.open is defined already/);
  assert.throws(() => metrics.counter(open), /carts.open is defined already/);
});

test('strategies show what they counted and how they stand, as of the moment of reading', async () => {
  const clock = new VirtualClock();
  const metrics = createMetrics({ process: false });
  const registry = new ResilienceRegistry();
  bindResilienceMetrics(metrics, registry);
  const breaker = circuitBreaker({ name: 'stock-breaker', clock });
  const stock = registry.add(pipeline([timeout({ after: 10, clock }), breaker], { name: 'stock' }));
  registry.add(concurrencyLimit({ name: 'server', clock }));
  await stock.execute(() => 1);
  assert.match(
    await metrics.render(),
    /resilience_events_total\{.*stock-breaker.*resilience_event="succeeded"\} 1/,
  );
  await stock.execute(() => 1);
  await clock.advance(2_500);
  breaker.isolate();
  const text = await metrics.render();
  const identity = (strategy: string, kind: string, pipeline = 'stock') =>
    `resilience_pipeline="${pipeline}",resilience_strategy="${strategy}",resilience_kind="${kind}"`;
  const lines = [
    `resilience_events_total{${identity('stock-breaker', 'circuit-breaker')},resilience_event="succeeded"} 2`,
    `resilience_events_total{${identity('timeout', 'timeout')},resilience_event="timedOut"} 0`,
    `resilience_period_seconds_total{${identity('stock-breaker', 'circuit-breaker')},resilience_period="closed"} 2.5`,
    `resilience_circuit_state{${identity('stock-breaker', 'circuit-breaker')},resilience_state="isolated"} 1`,
    `resilience_circuit_state{${identity('stock-breaker', 'circuit-breaker')},resilience_state="closed"} 0`,
    `resilience_level{${identity('server', 'concurrency-limit', 'server')},resilience_level="limit"} 20`,
  ];
  for (const line of lines) assert.ok(text.includes(line), `${line}\n${text}`);
});

test('the process is shown unless it is not wanted', async () => {
  assert.match(await createMetrics().render(), /nodejs_eventloop_lag_seconds/);
});
