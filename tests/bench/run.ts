/** Runs all benchmarks of the project, those of the toolkit and `up`: `npm run bench -- [name …] [--json]`. */
import { join } from 'node:path';
import { toolkitBenches } from '../../toolkit/bench/list.ts';
import { runBenches } from '../../toolkit/bench/run-benches.ts';

const toolkit = join(import.meta.dirname, '../../toolkit/bench');

process.exitCode = await runBenches(
  {
    ...Object.fromEntries(Object.entries(toolkitBenches).map(([name, file]) => [name, join(toolkit, file)])),
    up: join(import.meta.dirname, 'up.ts'),
  },
  process.argv.slice(2),
);
