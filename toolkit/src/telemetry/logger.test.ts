import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
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

const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** The messages of a program that logs to its standard output, as they come. */
async function* read(ending: string): AsyncGenerator<string> {
  const program = join(import.meta.dirname, '../../test-support/logging-program.ts');
  const child = spawn(process.execPath, [program, ending], { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  for await (const line of createInterface(child.stdout)) {
    yield (JSON.parse(line) as { message: string }).message;
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

async function readAll(ending: string): Promise<string[]> {
  const messages: string[] = [];
  for await (const message of read(ending)) messages.push(message);
  return messages;
}

for (const ending of ['ends', 'exits', 'throws']) {
  test(`on the standard output no line is missing of a process that ${ending}`, async () => {
    assert.deepEqual(await readAll(ending), ['first']);
  });
}

test('on the standard output a line waits for others only for a moment', async () => {
  const { value } = await read('goes on').next();
  assert.equal(value, 'first');
});

test('on the standard output an error waits for nothing', async () => {
  const errors = read('fails');
  assert.equal((await errors.next()).value, 'first');
  assert.equal((await errors.next()).value, 'last');
});

test('on the standard output many lines come in order, and all before the callback of a flush', async () => {
  const messages = await readAll('says much');
  assert.deepEqual(messages, ['first', ...Array.from({ length: 5_000 }, () => 'one of many')]);
});
