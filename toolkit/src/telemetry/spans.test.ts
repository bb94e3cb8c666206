import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  ParentBasedSampler,
  SimpleSpanProcessor,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import { currentContext, deriveContext, rootContext, runInContext } from '../context/index.ts';
import { contextManager, httpClientTelemetry, httpServerTelemetry, inSpan } from './index.ts';

const exporter = new InMemorySpanExporter();
const incoming = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  flags: 1,
  state: 'a=b',
};

test('without an SDK nothing is recorded and the trace passes through', async () => {
  await runInContext(deriveContext(rootContext, { trace: incoming }), () =>
    inSpan('work', (span) => {
      assert.equal(span.isRecording(), false);
      assert.deepEqual(currentContext().trace, incoming);
    }),
  );
});

describe('with an SDK', () => {
  before(() => {
    const provider = new BasicTracerProvider({
      spanProcessors: [new SimpleSpanProcessor(exporter)],
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(1) }),
    });
    trace.setGlobalTracerProvider(provider);
    context.setGlobalContextManager(contextManager());
  });
  after(() => {
    trace.disable();
    context.disable();
  });
  beforeEach(() => exporter.reset());

  test('spans nest by the context, continue the incoming trace and tell of errors without their message', async () => {
    await runInContext(deriveContext(rootContext, { trace: incoming, tenant: 'acme' }), async () => {
      await inSpan('outer', async () => {
        assert.equal(currentContext().trace?.traceId, incoming.traceId);
        assert.equal(currentContext().trace?.state, 'a=b');
        assert.equal(currentContext().tenant, 'acme');
        await assert.rejects(
          inSpan(
            'inner',
            () => Promise.reject(Object.assign(new Error('secret detail'), { code: 'ECONNRESET' })),
            {
              kind: 'client',
            },
          ),
        );
      });
    });
    const [inner, outer] = exporter.getFinishedSpans();
    assert.equal(inner?.name, 'inner');
    assert.equal(inner?.kind, SpanKind.CLIENT);
    assert.equal(inner?.parentSpanId, outer?.spanContext().spanId);
    assert.equal(inner?.status.code, SpanStatusCode.ERROR);
    assert.equal(inner?.attributes['error.type'], 'ECONNRESET');
    assert.ok(!JSON.stringify([inner?.status, inner?.attributes, inner?.events]).includes('secret detail'));
    assert.equal(outer?.parentSpanId, incoming.spanId);
    assert.equal(outer?.spanContext().traceId, incoming.traceId);
  });

  test("other libraries' spans find ours as parents, and ours find theirs", async () => {
    const theirs = trace.getTracer('another library');
    await inSpan('ours', async (span) => {
      assert.equal(trace.getActiveSpan(), span);
      await Promise.resolve();
      await theirs.startActiveSpan('theirs', async (their) => {
        assert.equal(currentContext().trace?.spanId, their.spanContext().spanId);
        await inSpan('ours below', () => undefined);
        their.end();
      });
      const bound = context.bind(context.active(), () => trace.getActiveSpan());
      assert.equal(runInContext(rootContext, bound), span);
    });
    const spans = new Map(exporter.getFinishedSpans().map((span) => [span.name, span]));
    assert.equal(spans.get('theirs')?.parentSpanId, spans.get('ours')?.spanContext().spanId);
    assert.equal(spans.get('ours below')?.parentSpanId, spans.get('theirs')?.spanContext().spanId);
  });

  test('an unsampled trace stays unsampled', async () => {
    const trace = { ...incoming, flags: 0 };
    await runInContext(deriveContext(rootContext, { trace }), () =>
      inSpan('work', () => assert.equal((currentContext().trace?.flags ?? 1) & 1, 0)),
    );
    assert.equal(exporter.getFinishedSpans().length, 0);
  });

  test('a request of a trace that is not recorded has a span only when the SDK is always asked', () => {
    const counting = { startSpan: (): never => assert.fail('asked'), startActiveSpan: () => assert.fail() };
    const context = deriveContext(rootContext, { trace: { ...incoming, flags: 0 } });
    const request = { method: 'GET', route: '/orders/:id', context };
    const sparing = httpServerTelemetry({ spans: { tracer: counting } });
    assert.equal(sparing.started(request), undefined);
    const always = httpServerTelemetry({ spans: { tracer: counting, always: true } });
    assert.throws(() => always.started(request), /asked/);
    assert.throws(() => sparing.started({ ...request, context: rootContext }), /asked/);
  });

  test('a request is a server span, an attempt a client span below it', async () => {
    const server = httpServerTelemetry({ spans: true });
    const client = httpClientTelemetry({ spans: true });
    const request = deriveContext(rootContext, { trace: incoming });
    const started =
      server.started({ method: 'GET', route: '/orders/:id', context: request }) ?? assert.fail();
    await runInContext(started, async () => {
      const attempt = { service: 'stock', operation: 'getPrice', method: 'GET', duration: 12 };
      client.finished({ ...attempt, number: 1, status: 503 });
      client.finished({ ...attempt, number: 2, status: 200 });
    });
    const exchange = {
      method: 'GET',
      route: '/orders/:id',
      status: 500,
      duration: 30,
      waited: 0,
      aborted: false,
    };
    server.finished({ ...exchange, context: started });
    const [first, second, request500] = exporter.getFinishedSpans();
    assert.equal(request500?.name, 'GET /orders/:id');
    assert.equal(request500?.kind, SpanKind.SERVER);
    assert.equal(request500?.status.code, SpanStatusCode.ERROR);
    assert.equal(request500?.attributes['http.response.status_code'], 500);
    assert.equal(first?.parentSpanId, request500?.spanContext().spanId);
    assert.equal(first?.status.code, SpanStatusCode.ERROR);
    assert.equal(second?.attributes['http.request.resend_count'], 1);
    assert.equal(second?.status.code, SpanStatusCode.UNSET);
  });
});
