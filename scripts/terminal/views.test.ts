import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { RunEvent } from '../engine/run-events.ts';
import { LiveView } from './live-view.ts';
import { PlainView } from './plain-view.ts';

/** A stream that remembers what is written to it, and is a terminal of a given width when one is given. */
function sink(columns?: number): { stream: NodeJS.WriteStream; text: () => string } {
  const chunks: string[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk) => chunks.push(String(chunk)));
  const terminal = columns === undefined ? {} : { isTTY: true, columns, rows: 20 };
  return {
    stream: Object.assign(stream, terminal) as unknown as NodeJS.WriteStream,
    text: () => chunks.join(''),
  };
}

const resource = (name: string) => ({
  urn: `urn:pulumi:lab.platform::ninefold::kubernetes:core/v1:Service::${name}`,
  type: 'kubernetes:core/v1:Service',
  name,
});

function events(names: readonly string[]): RunEvent[] {
  return [
    { type: 'step-begins', step: 'toolchain' },
    {
      type: 'tool',
      event: { tool: 'etcd', step: 'building', elapsedMs: 0, expectedMs: 20_000, detail: 'with Go' },
    },
    { type: 'step-ends', step: 'toolchain', detail: '6 programs', elapsedMs: 1200, failed: false },
    { type: 'layer-begins', layer: 'platform', operation: 'up', total: names.length },
    ...names.flatMap((name): RunEvent[] => [
      { type: 'resource-begins', layer: 'platform', resource: resource(name), change: 'create' },
      {
        type: 'resource-ends',
        layer: 'platform',
        resource: resource(name),
        change: 'create',
        failed: name === 'broken',
      },
    ]),
    { type: 'notice', text: 'Something to know.' },
    {
      type: 'layer-ends',
      layer: 'platform',
      counts: { create: names.length, same: 2 },
      elapsedMs: 95_000,
      failed: false,
    },
  ];
}

test('plain progress has a line for what is worth knowing and none for what goes well', () => {
  const { stream, text } = sink();
  const view = new PlainView(stream);
  for (const event of events(['one', 'broken', 'three'])) view.report(event);
  view.close();
  assert.equal(
    text(),
    [
      'toolchain: etcd building (with Go)',
      'toolchain: 6 programs (1.2 s)',
      'platform: coming up, 3 resources',
      'platform: broken failed',
      'Something to know.',
      'platform: 3 created, 2 unchanged (1 min 35 s)',
      '',
    ].join('\n'),
  );
});

test('live progress ends with one line for each step, and no line is wider than the terminal', () => {
  for (const width of [30, 100]) {
    const { stream, text } = sink(width);
    const view = new LiveView(stream);
    for (const event of events(Array.from({ length: 50 }, (_, index) => `a-rather-long-name-${index}`))) {
      view.report(event);
    }
    stream.emit('resize');
    view.close();
    const lines = text()
      .split('\n')
      .map((line) => stripVTControlCharacters(line).split('\r').at(-1) ?? '');
    assert.ok(lines.length > 2);
    assert.ok(
      lines.every((line) => line.length <= width),
      `a line is wider than ${width}`,
    );
    assert.match(lines.join('\n'), /✓ platform/);
  }
});
