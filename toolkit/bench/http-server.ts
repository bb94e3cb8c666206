/**
 * One of the servers that the benchmark of HTTP compares, in a process of its own: `plain` is fastify alone, `toolkit`
 * has all that a service on the platform has. It tells where it listens, and its processor time when asked.
 */
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import fastify, { type FastifyInstance } from 'fastify';
import { httpServer } from '../src/http/index.ts';
import { concurrencyLimit } from '../src/resilience/index.ts';
import {
  contextManager,
  createLogger,
  createMetrics,
  createWideEvents,
  httpServerTelemetry,
} from '../src/telemetry/index.ts';

/** For both alike. */
const options = { return503OnClosing: false } as const;

const app = process.argv[2] === 'toolkit' ? await withToolkit() : fastify(options);

app.get<{ Params: { orderId: string } }>('/orders/:orderId', async ({ params }) => ({
  orderId: params.orderId,
  customer: 'c-123',
  lines: [
    { article: 'shirt', quantity: 2, price: 1299 },
    { article: 'socks', quantity: 1, price: 499 },
  ],
  total: 3097,
}));

async function withToolkit(): Promise<FastifyInstance> {
  const exporter: SpanExporter = {
    export: (_, done) => done({ code: 0 }),
    shutdown: async () => {},
  };
  const provider = new BasicTracerProvider({
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.01) }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  provider.register({ contextManager: contextManager() });
  const logger = createLogger({ service: 'bench', version: '1' });
  const telemetry = httpServerTelemetry({
    metrics: createMetrics({ service: { name: 'bench', version: '1' } }),
    wideEvents: createWideEvents({ logger }),
    spans: true,
  });
  const app = fastify(options);
  // It decides about every request, but a machine that is busy with something else makes it refuse none.
  const limit = concurrencyLimit({ minimum: 100, initial: 100 });
  const shedding = { wait: 60_000, burst: 60_000, limit };
  await app.register(httpServer({ trusted: true, observers: [telemetry], shedding }).plugin);
  return app;
}

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.on('disconnect', () => process.exit());
process.send?.(await app.listen({ port: 0, host: '127.0.0.1' }));
