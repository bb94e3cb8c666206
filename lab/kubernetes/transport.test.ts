import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import {
  KubernetesApiError,
  KubernetesClient,
  KubernetesConnectionError,
  type RetryReport,
} from './index.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that gives one answer after the other, the last one again and again. */
let server: Server;
let answers: Answer[];
let asked: string[];
let sockets: number;
let client: KubernetesClient;
let retries: RetryReport[];

const status = (code: number, body: object, headers = {}): Answer => {
  return (_, response) =>
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};
const fine = status(200, { fine: true });
const hangUp: Answer = (request) => request.socket.resetAndDestroy();

beforeEach(async () => {
  [answers, asked, retries, sockets] = [[], [], [], 0];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    answer?.(request, response);
  }).listen(0, '127.0.0.1');
  server.on('connection', () => sockets++);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  client = new KubernetesClient(
    { server: `http://127.0.0.1:${port}`, namespace: 'default', token: 'secret-token' },
    { connections: 4, retryForMs: 3000, onRetry: (report) => retries.push(report) },
  );
});

afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  server.close();
});

describe('a request that fails', () => {
  const busy = status(503, { kind: 'Status', reason: 'ServiceUnavailable', message: 'busy' });
  const throttled = status(
    429,
    { kind: 'Status', reason: 'TooManyRequests', message: 'slow' },
    { 'retry-after': '0' },
  );

  test('for a passing reason is sent again, and that is told', async () => {
    answers = [busy, hangUp, throttled, fine];
    assert.deepEqual(await client.request('GET', '/a'), { fine: true });
    assert.equal(asked.length, 4);
    assert.deepEqual(
      retries.map(({ attempt }) => attempt),
      [1, 2, 3],
    );
    assert.equal(retries[0]?.reason, 'busy');
  });

  test('is not sent again when that could do a thing twice', async () => {
    answers = [hangUp, fine];
    await assert.rejects(client.request('POST', '/a', { body: {} }), KubernetesConnectionError);
    answers = [busy, fine];
    await assert.rejects(client.request('POST', '/a', { body: {} }), {
      status: 503,
      reason: 'ServiceUnavailable',
    });
    assert.equal(asked.length, 2);
    answers = [throttled, fine];
    assert.deepEqual(await client.request('POST', '/a', { body: {} }), { fine: true });
  });

  test('is not sent again when the server has judged it', async () => {
    answers = [
      status(422, {
        kind: 'Status',
        reason: 'Invalid',
        message: 'no',
        details: { causes: [{ field: 'spec.a', message: 'Required' }] },
      }),
      fine,
    ];
    await assert.rejects(client.request('GET', '/a'), (error) => {
      assert.ok(error instanceof KubernetesApiError);
      assert.equal(error.details.causes?.[0]?.field, 'spec.a');
      return true;
    });
    assert.equal(asked.length, 1);
  });

  test('with an answer that is no status tells its beginning', async () => {
    answers = [(_, response) => response.writeHead(403).end(`<html>${'x'.repeat(5000)}`)];
    await assert.rejects(client.request('GET', '/a'), (error) => {
      assert.ok(error instanceof KubernetesApiError && error.status === 403);
      assert.ok(
        error.message.startsWith('the API server answered 403: <html>') && error.message.length < 400,
      );
      return true;
    });
  });

  test('tells where it could not go, and never with which credentials', async () => {
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    await assert.rejects(client.request('GET', '/a'), (error) => {
      assert.ok(error instanceof KubernetesConnectionError);
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port} can't be reached: .*ECONNREFUSED`));
      assert.doesNotMatch(JSON.stringify(error, Object.getOwnPropertyNames(error)), /secret-token/);
      return true;
    });
    assert.ok(retries.length > 1);
  });

  test('ends at once when it is called off', async () => {
    answers = [busy];
    const off = new AbortController();
    const request = client.request('GET', '/a', { signal: off.signal });
    await once(server, 'request');
    off.abort(new Error('called off'));
    await assert.rejects(request, /called off/);
  });
});

test('many requests share a few connections', async () => {
  answers = [fine];
  await Promise.all(Array.from({ length: 200 }, () => client.request('GET', '/a')));
  assert.equal(asked.length, 200);
  assert.ok(sockets <= 4, `${sockets} connections`);
});
