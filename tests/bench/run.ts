/**
 * Measures `up` in ratios, each within one run on one machine: against a plain server-side apply of the same
 * objects, a second run against the first, and the time of a resource as their number grows.
 * `node tests/bench/run.ts [--json]`
 */
import { findLab } from '../../lab/index.ts';
import type { UpSummary } from '../../scripts/terminal/up-summary.ts';
import { Workbench } from '../end-to-end/support/workbench.ts';
import { mirror } from '../support/recorded-platform.ts';
import { bareApply } from './bare-apply.ts';
import { residentMemory, stateSizes } from './measures.ts';

/** Topics that are added to the smallest platform, to see how time grows with the number of resources. */
const scales = [50, 100, 200];

const bench = new Workbench(mirror === undefined ? {} : { mirror });
const json = process.argv.includes('--json');
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
  const result = {
    objects: bare.objects,
    definitions: mirror === undefined ? 'permissive' : 'real',
    bareApplyMs: Math.round(bare.elapsedMs),
    upMs: engineMs,
    upAgainstBareApply: ratio(engineMs, bare.elapsedMs),
    secondUpAgainstFirst: ratio(elapsed(second), engineMs),
    labMemoryMiB: memory === undefined ? undefined : Math.round(memory / 2 ** 20),
    stateKiB: Object.fromEntries(
      Object.entries(states).map(([name, size]) => [name, Math.round(size / 1024)]),
    ),
    growth: growth.map((one) => ({ ...one, msPerResource: Math.round(one.msPerResource) })),
    resourceTimeAtFourTimesAgainstOne: ratio(largest?.msPerResource ?? 0, smallest?.msPerResource ?? 1),
  };
  if (json) console.log(JSON.stringify(result, undefined, 2));
  else console.table(Object.entries(result).map(([what, value]) => ({ what, value: show(value) })));
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

function ratio(one: number, other: number): number {
  return Number((one / other).toFixed(2));
}

function show(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
