import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveContext, rootContext, runInContext } from '../context/index.ts';
import { extract, httpHeaders, inject } from '../context/index.ts';
import { seededRandom, VirtualClock } from '../testing/index.ts';
import { callPipeline, markRetried, retriedField, wasRetried } from './index.ts';

interface Response {
  readonly status: number;
  readonly headers: Record<string, string>;
}

/** A service that calls the next one over a wire: context and marks travel as headers, errors as status codes. */
function service(
  clock: VirtualClock,
  name: string,
  next: (headers: Record<string, string>) => Promise<Response>,
) {
  const calls = callPipeline({
    name,
    deadline: 5_000,
    retries: 2,
    breaker: { minimumCalls: 1e9 },
    concurrency: 1e6,
    clock,
  });
  return (headers: Record<string, string>): Promise<Response> => {
    const context = extract(httpHeaders(headers), { trusted: true, clock });
    return runInContext(context, async () => {
      try {
        return await calls.execute(async (attempt) => {
          const sent: Record<string, string> = {};
          inject(attempt, httpHeaders(sent), { clock });
          const response = await next(sent);
          if (response.status === 200) return response;
          const error = new Error(`status ${response.status}`);
          throw response.headers[retriedField] ? markRetried(error) : error;
        });
      } catch (error) {
        return { status: 503, headers: wasRetried(error) ? { [retriedField]: 'true' } : {} };
      }
    });
  };
}

for (const [name, failureRate] of [
  ['is down', 1],
  ['fails half of the time', 0.5],
  ['fails a tenth of the time', 0.1],
] as const) {
  test(`through three services with two retries each, a backend that ${name} sees at most 1.1 requests for each original one`, async () => {
    const clock = new VirtualClock();
    const random = seededRandom(name);
    let reached = 0;
    const backend = async (): Promise<Response> => {
      reached++;
      await clock.sleep(1 + random() * 10);
      return { status: random() < failureRate ? 503 : 200, headers: {} };
    };
    const first = service(clock, 'first', service(clock, 'second', service(clock, 'third', backend)));
    const originals = 2_000;
    let answered = 0;
    for (let request = 0; request < originals; request++) {
      const headers: Record<string, string> = {};
      inject(deriveContext(rootContext, { timeout: 5_000, clock }), httpHeaders(headers), { clock });
      void first(headers).then(({ status }) => {
        if (status === 200) answered++;
      });
      await clock.advance(2);
    }
    await clock.runAll();
    const ratio = reached / originals;
    assert.ok(ratio <= 1.1, `${ratio} requests for each original one`);
    if (failureRate === 0.1) assert.ok(ratio > 1.05 && answered / originals > 0.97, `${answered} answered`);
  });
}
