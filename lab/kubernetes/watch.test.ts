import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApiError } from './errors.ts';
import type { KubernetesObject } from './objects.ts';
import { watchCollection } from './watch.ts';

function object(name: string, version: number): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Thing', metadata: { name, uid: name, resourceVersion: String(version) } };
}

function line(type: string, of: unknown): string {
  return `${JSON.stringify({ type, object: of })}\n`;
}

test('a watch goes on where it broke, and lists again where the server has forgotten', async () => {
  const lists = [
    { items: [object('a', 1), object('b', 2)], resourceVersion: '3' },
    { items: [object('b', 2), object('c', 9)], resourceVersion: '10' },
  ];
  const broken = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
  const gone = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' };
  // Each stream: what it says, in pieces that break lines anywhere, and how it ends.
  const streams: { from: string; pieces: string[]; error?: Error }[] = [
    {
      from: '3',
      pieces: [line('MODIFIED', object('a', 4)).slice(0, 20), line('MODIFIED', object('a', 4)).slice(20)],
    },
    { from: '4', pieces: [line('BOOKMARK', object('', 6))], error: broken },
    {
      from: '6',
      pieces: [line('DELETED', object('a', 7)), line('ADDED', object('d', 8)), line('ERROR', gone)],
    },
    { from: '10', pieces: [line('ADDED', object('e', 11))] },
  ];
  const positions: string[] = [];
  const stop = new AbortController();
  const events: string[] = [];
  const watch = watchCollection(
    {
      list: async () => lists.shift() ?? assert.fail('listed too often'),
      stream: async (position) => {
        positions.push(position);
        const stream = streams[positions.length - 1] ?? assert.fail('streamed too often');
        return (async function* () {
          for (const piece of stream.pieces) yield Buffer.from(piece);
          if (stream.error) throw stream.error;
        })();
      },
    },
    stop.signal,
  );
  for await (const event of watch) {
    events.push(`${event.type} ${event.object.metadata.name}`);
    if (event.object.metadata.name === 'e') stop.abort();
  }
  assert.deepEqual(positions, ['3', '4', '6', '10']);
  assert.deepEqual(events, [
    'ADDED a',
    'ADDED b',
    'MODIFIED a',
    'DELETED a',
    'ADDED d',
    // After the second list: b is unchanged, c is new, d is gone.
    'ADDED c',
    'DELETED d',
    'ADDED e',
  ]);
});

test('a watch that is not allowed fails', async () => {
  const refused = new KubernetesApiError(403, 'Forbidden', 'no');
  const watch = watchCollection(
    { list: () => Promise.reject(refused), stream: () => assert.fail() },
    undefined,
  );
  await assert.rejects(watch.next(), refused);
});
