/**
 * Measures `up` in ratios, each within one run on one machine: against a plain server-side apply of the same
 * objects, a second run against the first, and the time of a resource as their number grows.
 * `node tests/bench/up.ts [--json]`
 */
import { findLab } from '../../lab/index.ts';
import type { UpSummary } from '../../scripts/terminal/up-summary.ts';
import { Workbench } from '../end-to-end/support/workbench.ts';
import { mirror } from '../support/recorded-platform.ts';
import { bareApply } from './bare-apply.ts';
import { report } from '../../toolkit/bench/promise.ts';
import { residentMemory, stateSizes } from './measures.ts';

/** Topics that are added to the smallest platform, to see how time grows with the number of resources. */
const scales = [50, 100, 200];

const bench = new Workbench(mirror === undefined ? {} : { mirror });
const progress = (text: string): void => void process.stderr.write(`${text}\n`);

try {
  progress('a plain server-side apply of the smallest platform');
  const bare = await bareApply({ profile: 'minimal' }, bench.directory);

  progress('up, on an empty lab');
  bench.writeEnvironment('bench', 'profile: minimal\n');
  const first = await up('bench');
  progress('up once more');
  const second = await up('bench');
  const lab = await findLab(`${bench.home}/labs`, 'bench');
  const memory = residentMemory(Object.values(lab?.pids ?? {}).filter((one) => one !== undefined));
  const states = stateSizes(bench.lab('bench'));
  await bench.run('down', '--env', 'bench', '--yes');

  const growth: { resources: number; msPerResource: number }[] = [];
  for (const topics of scales) {
    progress(`up with ${topics} topics more, on an empty lab`);
    bench.writeEnvironment('growth', environmentWithTopics(topics));
    const { layers } = await up('growth');
    const platform = layers.find(({ layer }) => layer === 'platform');
    const resources = platform?.counts.create ?? 0;
    growth.push({ resources, msPerResource: (platform?.elapsedMs ?? 0) / resources });
    await bench.run('down', '--env', 'growth', '--yes');
  }

  const engineMs = elapsed(first);
  const [smallest, , largest] = growth;
  report({
    findings: [
      {
        what: 'up / a plain server-side apply of the same objects',
        value: engineMs / bare.elapsedMs,
        unit: '×',
        wanted: { atMost: 3 },
      },
      { what: 'up once more / up', value: elapsed(second) / engineMs, unit: '×' },
      {
        what: `time of a resource, ${scales.at(-1)} topics more / ${scales[0]} more`,
        value: (largest?.msPerResource ?? 0) / (smallest?.msPerResource ?? 1),
        unit: '×',
      },
    ],
    measured: {
      [`the smallest platform, ${bare.objects} objects, ${mirror === undefined ? 'permissive' : 'real'} definitions`]:
        {
          'plain apply': `${Math.round(bare.elapsedMs)} ms`,
          up: `${Math.round(engineMs)} ms`,
          'up once more': `${Math.round(elapsed(second))} ms`,
        },
      'memory of the lab': {
        resident: memory === undefined ? 'unknown' : `${Math.round(memory / 2 ** 20)} MiB`,
      },
      'size of state': Object.fromEntries(
        Object.entries(states).map(([name, size]) => [name, `${Math.round(size / 1024)} KiB`]),
      ),
      'time of a resource': Object.fromEntries(
        growth.map(({ resources, msPerResource }) => [
          `${resources} resources`,
          `${Math.round(msPerResource)} ms`,
        ]),
      ),
    },
  });
} finally {
  await bench[Symbol.asyncDispose]();
}

function up(environment: string): Promise<UpSummary> {
  return bench.json<UpSummary>('up', '--env', environment);
}

/** Time in the engine: without the toolchain and the start of the lab, which a plain apply does not have either. */
function elapsed({ layers }: UpSummary): number {
  return layers.reduce((sum, layer) => sum + layer.elapsedMs, 0);
}

function environmentWithTopics(count: number): string {
  const topics = Array.from({ length: count }, (_, index) => `{ name: bench-${index} }`);
  return `profile: minimal\ncapabilities:\n  streaming: { topics: [${topics.join(', ')}] }\n`;
}
