import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveContext, rootContext, runInContext } from '../context/index.ts';
import { createLogger } from './index.ts';

function lines() {
  const written: string[] = [];
  return {
    destination: { write: (line: string) => void written.push(line) },
    read: () => written.map((line) => JSON.parse(line) as Record<string, unknown>),
    text: () => written.join(''),
  };
}

test('a line has service, level as a word, time, message, and the ids of the trace it belongs to', () => {
  const output = lines();
  const logger = createLogger({ service: 'orders', version: '1.4.0', destination: output.destination });
  const trace = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', flags: 1 };
  runInContext(deriveContext(rootContext, { trace }), () => logger.info({ orderId: 'o-1' }, 'order placed'));
  logger.debug('not written');
  const [line, ...others] = output.read();
  assert.equal(others.length, 0);
  assert.match(String(line?.time), /^\d{4}-\d\d-\d\dT/);
  delete line?.time;
  assert.deepEqual(line, {
    level: 'info',
    'service.name': 'orders',
    'service.version': '1.4.0',
    trace_id: trace.traceId,
    span_id: trace.spanId,
    trace_flags: 1,
    orderId: 'o-1',
    message: 'order placed',
  });
});

test('no secret reaches a line: not by fields, messages, errors, format arguments or child loggers', () => {
  const output = lines();
  const logger = createLogger({
    service: 'orders',
    redaction: { keys: ['iban'] },
    destination: output.destination,
  });
  const secret = 'hunter2hunter2';
  logger.info({ password: secret, deep: { list: [{ iban: secret }] } }, `postgres://app:${secret}@db`);
  logger.info('%s and %o', `password=${secret}`, { token: secret });
  logger.error(Object.assign(new Error(`Bearer ${secret}`), { apiKey: secret }));
  logger.error({ error: new Error('outer', { cause: new Error(`token: ${secret}`) }) }, 'failed');
  logger.child({ authorization: secret, request: { cookie: secret } }).warn('child');
  assert.equal(output.read().length, 5);
  assert.ok(!output.text().includes(secret), output.text());
  const [, , alone, nested] = output.read();
  assert.equal(alone?.message, 'Bearer [redacted]');
  assert.equal((nested?.error as { cause: { message: string } }).cause.message, 'token: [redacted]');
});
